"""Entries that a document says are deleted (RFC 6721), and what only looks as if it said so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.tombstones import MOST, NAMESPACE, deleted_ids

XMLNS = f'xmlns="http://www.w3.org/2005/Atom" xmlns:at="{NAMESPACE}"'
GONE = '<at:deleted-entry ref=" tag:example,1 " when="2026-03-01T12:00:00Z"/>'


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        (f"<feed {XMLNS}>{GONE}{GONE}<entry/></feed>", ("tag:example,1",)),
        (f'<rss xmlns:x="{NAMESPACE}"><channel>{GONE.replace("at:", "x:")}</channel></rss>', ("tag:example,1",)),
        (f"<?xml version='1.0' encoding='utf-16'?><feed {XMLNS}>{GONE}</feed>", ("tag:example,1",)),
        (f"<feed {XMLNS}>{GONE}<entry></feed>", ("tag:example,1",)),
        (f"<feed {XMLNS}><entry>{GONE}</entry></feed>", ()),
        (f"<feed {XMLNS}><entry><summary><![CDATA[{GONE}]]></summary></entry></feed>", ()),
        (f"<feed {XMLNS}><at:deleted-entry/><at:deleted-entry ref=''/></feed>", ()),
        (f'<feed {XMLNS} xmlns:b="urn:other"><b:deleted-entry ref="1"/></feed>', ()),
        (f'<!DOCTYPE f [<!ENTITY a "b">]><feed {XMLNS}>{GONE}</feed>', ()),
        (f"no feed {NAMESPACE}", ()),
    ],
    ids=["atom", "rss", "declared encoding", "damaged", "inside an entry", "in a text", "no id", "other", "entities", "no xml"],
)  # fmt: skip
def test_only_what_the_feed_itself_says_is_deleted(document: str, ids: tuple[str, ...]) -> None:
    assert deleted_ids(document) == ids


def test_so_many_are_read_and_no_more() -> None:
    many = "".join(f'<at:deleted-entry ref="{number}"/>' for number in range(MOST + 10))
    assert len(deleted_ids(f"<feed {XMLNS}>{many}</feed>")) == MOST


@settings(max_examples=30, derandomize=True, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    deleted_ids(f"<feed {XMLNS}>{text}{GONE}")
