"""Items as JSON: the keys of the contract, and what is refused."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.cli.item_json import read_item

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def test_an_item_has_the_keys_of_the_contract() -> None:
    text = '{"id": "7", "title": "A", "summary": "B", "lang": "fr", "published": "2026-07-01T10:00:00+02:00", "url": "https://x/", "author": "Z"}'
    item = read_item(text, key="line 1", now=NOW)
    assert (item.key, item.guid, item.title, item.body, item.language) == ("7", "7", "A", "B", "fr")
    assert (item.url, item.author) == ("https://x/", "Z")
    assert item.published == item.seen_at == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_an_item_without_id_or_date_is_known_by_its_line_and_seen_now() -> None:
    item = read_item('{"title": "A", "label": 1}', key="line 3", now=NOW)
    assert (item.key, item.guid, item.seen_at, item.published) == ("line 3", None, NOW, None)


def test_body_and_title_are_taken_as_they_are_so_that_offsets_hold() -> None:
    item = read_item('{"title": " A  b ", "body": "<p>x</p>\\n"}', key="1", now=NOW)
    assert (item.title, item.body) == (" A  b ", "<p>x</p>\n")


def test_equal_texts_hash_alike_whatever_their_case() -> None:
    one, other = (read_item(json.dumps({"title": t}), key="1", now=NOW) for t in ("Tunis  EST", "tunis est"))
    assert one.text_hash == other.text_hash != ""


@pytest.mark.parametrize(
    ("published", "moment"),
    [
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2026-07-01T10:00:00Z", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("Wed, 01 Jul 2026 10:00:00 +0100", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        (1394470370, datetime(2014, 3, 10, 16, 52, 50, tzinfo=UTC)),
        (1394470370000, datetime(2014, 3, 10, 16, 52, 50, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_in_the_usual_forms_and_are_utc(published: object, moment: datetime | None) -> None:
    assert read_item(json.dumps({"title": "A", "published": published}), key="1", now=NOW).published == moment


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not valid JSON"),
        ("[1]", "expected a JSON object"),
        ('{"id": "1"}', "the item has no text"),
        ('{"title": 5}', '"title" must be a text'),
        ('{"title": "a", "id": []}', '"id" must be a text or a number'),
        ('{"title": "a", "published": "soon"}', '"published" is not a date'),
        ('{"title": "a", "published": 1e300}', '"published" is not a date'),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_no_item_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_item(text, key="1", now=NOW)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2))  # fmt: skip
KEYS = st.sampled_from(["id", "title", "summary", "body", "lang", "published", "url", "author"])


@settings(derandomize=True, max_examples=100)
@given(st.one_of(st.dictionaries(KEYS, VALUES, max_size=6).map(json.dumps), st.text(max_size=30)))
def test_any_text_is_an_item_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert read_item(text, key="1", now=NOW).seen_at.tzinfo is UTC
