"""The headers of a mail hold what they are given, whatever that is."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.alerts import a_delivery, an_alert
from watcher.deliver.channels.mail import address, mail, message_id


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("duty@example.org", "", "duty@example.org"),
        ("News desk <desk@example.org>", "News desk", "desk@example.org"),
        ('"Desk, night" <desk@example.org>', "Desk, night", "desk@example.org"),
        ("duty@exämple.org", "", "duty@xn--exmple-cua.org"),
        ("أمن@exämple.org", "", "أمن@exämple.org"),
    ],
)
def test_addresses_are_read_with_and_without_names(text: str, name: str, spec: str) -> None:
    read = address(text)
    assert (read.display_name, read.addr_spec) == (name, spec)


def test_ids_that_no_header_can_hold_stay_distinct() -> None:
    one, other = (message_id(a_delivery(id=name), "example.org") for name in ("a b>\r\n", "a b>\n"))
    assert one != other
    assert one.isascii()
    assert not set(one) & set(" \r\n")


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.text(st.characters(codec=None) | st.sampled_from("\r\n:\u202e<>=?é"), max_size=300))
def test_no_text_breaks_out_of_the_subject(text: str) -> None:
    alert = an_alert(headline=text, title_highlights=(), rule_title=text or "r")
    sent = mail(a_delivery(alert), sender="w@example.org", recipients=["d@example.org"], channel="duty")
    raw = sent.as_bytes()
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read.keys() == sent.keys()
    assert len(read.get_all("Subject", [])) == 1
    assert read.get_content_type() == "multipart/alternative"
