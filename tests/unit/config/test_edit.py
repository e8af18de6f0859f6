"""Feeds added to and removed from a file: all else stays byte for byte, and what cannot be done is said."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.edit import EditError, replace_file, with_feeds, without_feed
from watcher.config.source import parse_source

FILE = Path("f.yml")

COMMENTED = """\
# Feeds of the region.

feeds:
  # the agency
  - id: tap   # keep
    url: https://tap.example/
    tags: [a,
           b]

  # the second one,
  # with two lines
  -
    id: kapitalis
    url: 'https://k.example/?a=1'
# the end
"""
NEW = {"id": "new", "url": "https://new.example/x?y=1#z", "title": "Le Monde: une", "tags": ["no", "é", "a b"], "interval": "10m"}  # fmt: skip


def test_a_feed_is_added_after_the_last_one() -> None:
    changed = with_feeds(FILE, COMMENTED.encode(), [NEW]).decode()
    head, tail = COMMENTED.split("# the end")
    assert (
        changed
        == head
        + (
            "  - id: new\n"
            '    url: "https://new.example/x?y=1#z"\n'
            '    title: "Le Monde: une"\n'
            '    tags: [no, "é", "a b"]\n'
            "    interval: 10m\n"
            "# the end"
        )
        + tail
    )


def test_a_feed_is_removed_with_the_comment_above_it() -> None:
    assert without_feed(FILE, COMMENTED.encode(), "tap").decode() == COMMENTED.replace(
        "  # the agency\n  - id: tap   # keep\n    url: https://tap.example/\n    tags: [a,\n           b]\n",
        "",
    )
    assert without_feed(FILE, COMMENTED.encode(), "kapitalis").decode() == COMMENTED.replace(
        "  # the second one,\n  # with two lines\n  -\n    id: kapitalis\n    url: 'https://k.example/?a=1'\n",
        "",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "feeds:\n  - id: a\n    url: https://a/\n"),
        ("# mine\n", "# mine\nfeeds:\n  - id: a\n    url: https://a/\n"),
        ("feeds: []\n", "feeds:\n  - id: a\n    url: https://a/\n"),
        ("feeds:  # none yet\n# more\n", "feeds:  # none yet\n  - id: a\n    url: https://a/\n# more\n"),
        ("feeds: null\r\n", "feeds:\r\n  - id: a\r\n    url: https://a/\r\n"),
        ("feeds:\n- id: b\n  url: x", "feeds:\n- id: b\n  url: x\n- id: a\n  url: https://a/\n"),
        ("feeds:\n      - id: b\n        url: |\n          x\n\n          y\n", "feeds:\n      - id: b\n        url: |\n          x\n\n          y\n      - id: a\n        url: https://a/\n"),
    ],
)  # fmt: skip
def test_a_first_feed_and_other_layouts(before: str, after: str) -> None:
    assert with_feeds(FILE, before.encode(), [{"id": "a", "url": "https://a/"}]).decode() == after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("feeds: [{id: a, url: x}]", "too unusual to edit: change it by hand, at line 1"),
        ("feeds: [", "f.yml:2:1: not valid YAML"),
        ("- a", "f.yml is not a file of feeds"),
        ("feeds: {a: b}", "f.yml is not a file of feeds"),
    ],
)
def test_a_file_that_a_program_should_not_edit_is_left_alone(text: str, told: str) -> None:
    with pytest.raises(EditError, match=told):
        with_feeds(FILE, text.encode(), [NEW])


def test_a_feed_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(EditError, match='has no feed "gone"'):
        without_feed(FILE, COMMENTED.encode(), "gone")


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=10)
ENTRIES = st.fixed_dictionaries({"id": VALUES, "url": VALUES}, optional={"title": VALUES, "tags": st.lists(VALUES, min_size=1, max_size=3)})  # fmt: skip


@settings(derandomize=True, max_examples=50)
@given(st.lists(ENTRIES, min_size=1, max_size=4, unique_by=lambda entry: str(entry["id"])), st.data())
def test_whatever_the_texts_are_adding_and_removing_give_what_was_meant(
    entries: list[dict[str, object]], data: st.DataObject
) -> None:
    written = with_feeds(FILE, b"# head\n", entries)
    assert parse_source(FILE, written).value == {"feeds": entries}
    gone = data.draw(st.sampled_from(entries))
    left = [entry for entry in entries if entry is not gone]
    assert (parse_source(FILE, without_feed(FILE, written, str(gone["id"]))).value["feeds"] or []) == left


def test_a_replaced_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.yml", tmp_path / "link.yml"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yml", "real.yml"]


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    replace_file(tmp_path / "feeds" / "added.yml", b"x")
    assert (tmp_path / "feeds" / "added.yml").read_bytes() == b"x"
