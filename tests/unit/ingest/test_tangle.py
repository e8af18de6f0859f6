"""HTML that makes a parser work without bound is known by its tags."""

from __future__ import annotations

from base64 import b64encode

import pytest

from watcher.ingest.tangle import tangle_at


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <b>bold</b> word.<br>Two.</p>" * 1_000,
        "<ul>" + "<li>never closed" * 1_000,
        "<div>" * 300 + "<p>Deep.</p>" * 1_000 + "</div>" * 300,
        f"<img src='data:image/png;base64,{b64encode(bytes(range(256)) * 99).decode()}'>" * 9,
        f"<div data-state='{'word / word ' * 9_000}' class=x>Text.</div>",
        "no tag at all " * 10_000,
        "<p>A careless <b>hand." * 100,
    ],
    ids=["an article", "a list", "deep", "images in text", "data in a tag", "plain", "a few unclosed"],
)
def test_what_people_write_is_read_to_its_end(html: str) -> None:
    assert tangle_at(html) is None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 6_000 + "</div>" * 6_000,
        "<ul><li>" * 3_000 + "</li></ul>" * 3_000,
        "<i></b>" * 4_000,
        "<p>" + "".join(f"<b a{n}>" for n in range(700)) + "</p><p>x" * 700,
        "<p>" + "".join(f"<FONT a{n}>" for n in range(700)) + "</p><p>x" * 700 + "</font>" * 700,
        "<p " + " ".join(f"a{n}" for n in range(5_000)) + ">",
        "<p " + "/".join(f"a{n}" for n in range(5_000)),
    ],
    ids=[
        "deep",
        "lists",
        "wrong ends",
        "copies",
        "copies in time closed",
        "attributes",
        "attributes without end",
    ],
)
def test_what_a_parser_would_work_on_for_long_is_cut_before_it_does(html: str) -> None:
    at = tangle_at(html)
    assert at is not None
    assert tangle_at(html[:at]) is None
