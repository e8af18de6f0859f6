"""Entries to items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.ingest.normalize import Entry, Source, fold_for_hash, language_code, to_items
from watcher.ingest.plaintext import Markup
from watcher.types import Item

SEEN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
SOURCE = Source(
    feed_id="f", url="https://news.example/rss", site="https://news.example/", seen_at=SEEN, language="fr"
)


def entry(
    title: str = "Title", *, guid: str | None = "1", link: str | None = "/1", text: str = "Text."
) -> Entry:
    return Entry(guid=guid, link=link, title=Markup(text=title), summary=Markup(text=text))


def items(*entries: Entry, repeats_guids: bool = False) -> tuple[Item, ...]:
    return to_items(entries, SOURCE, repeats_guids=repeats_guids).items


def test_an_entry_becomes_a_clean_item() -> None:
    item, = items(
        Entry(
            guid=" tag:1\x00 ",
            link="/a?utm_source=rss",
            title=Markup(text="  Des <b>arm</b>es\n saisies &amp; détruites "),
            summary=Markup(text="<p>Un.</p><p>Deux.</p>"),
            content=Markup(text="<p>Un.</p><p>Deux.</p><p>Trois.</p>"),
            author=" Jo\n <jo@x.example> ",
            categories=("Tunisie", " Tunisie ", "", "Sécurité &amp; défense"),
            language="fr-TN",
            published=SEEN - timedelta(hours=1),
            published_raw="an hour ago",
        )
    )  # fmt: skip
    assert item.guid == "tag:1"
    assert item.key == "guid:tag:1"
    assert item.url == "https://news.example/a"
    assert item.title == "Des armes saisies & détruites"
    assert item.summary == "Un.\n\nDeux."
    assert item.content == item.body == "Un.\n\nDeux.\n\nTrois."
    assert item.categories == ("Tunisie", "Sécurité & défense")
    assert item.language == "fr"
    assert (item.published, item.published_raw) == (SEEN - timedelta(hours=1), "an hour ago")
    assert item.seen_at == SEEN


def test_a_future_date_is_clamped_and_the_raw_value_kept() -> None:
    future = datetime(2099, 1, 1, tzinfo=UTC)
    item, = items(Entry(guid="1", published=future, updated=future, published_raw="Thu, 01 Jan 2099"))  # fmt: skip
    assert item.published == item.updated == SEEN
    assert item.published_raw == "Thu, 01 Jan 2099"


@pytest.mark.parametrize("moment", [datetime(1970, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_the_zero_of_a_clock_is_no_date_and_the_raw_value_is_kept(moment: datetime) -> None:
    item, = items(Entry(guid="1", published=moment, published_raw="zero"))  # fmt: skip
    assert item.published is None
    assert item.published_raw == "zero"


def test_an_entry_that_stands_there_twice_is_one_item_and_its_guid_still_counts() -> None:
    made = to_items([entry(), entry("Other", guid="2"), entry()], SOURCE, repeats_guids=False)
    assert [item.guid for item in made.items] == ["1", "2"]
    assert made.places == (0, 1, 0)
    assert not made.repeats_guids


def test_entries_that_differ_in_anything_telling_are_never_one_item() -> None:
    variants = [
        entry(),
        entry("Other"),
        entry(guid="2"),
        entry(guid=None),
        entry(link="/2"),
        entry(link=None),
        entry(text="Other text."),
        entry(guid=None, link=None),
        entry(guid=None, link=None, text="Other text."),
    ]
    found = items(*variants)
    assert len(found) == len(variants)
    assert len({item.key for item in found}) == len(variants)


def test_same_title_and_text_at_different_times_without_any_id_are_different_entries() -> None:
    quake = [Entry(title=Markup(text="Earthquake"), published_raw=raw) for raw in ("10:00", "11:00")]
    assert len({item.key for item in items(*quake)}) == 2


def test_a_link_that_is_not_the_entrys_own_says_so_and_does_not_identify() -> None:
    found = items(
        entry("One", guid=None, link="https://news.example/live"),
        entry("Two", guid=None, link="https://news.example/live"),
        entry("Three", guid=None, link="https://news.example"),
        entry("Four", guid=None, link="/4"),
        entry("Five", guid=None, link=None),
    )
    assert [item.is_url_shared for item in found] == [True, True, True, False, False]
    assert [item.key.split(":")[0] for item in found] == ["text", "text", "text", "link", "text"]


def test_items_of_a_feed_that_repeats_guids_say_so() -> None:
    found = items(entry("One"), entry("Two", link="/2"), entry("Three", guid="3", link="/3"))
    assert all(item.is_guid_shared for item in found)
    assert [item.guid for item in found] == ["1", "1", "3"]
    assert not items(entry())[0].is_guid_shared


def test_an_edit_changes_the_content_hash_and_not_the_key() -> None:
    before, = items(entry("Five dead"))  # fmt: skip
    after, = items(entry("Seven dead"))  # fmt: skip
    assert before.key == after.key
    assert before.content_hash != after.content_hash


def test_equal_reports_of_different_feeds_have_one_text_hash() -> None:
    one, = items(entry("Attaque à la FRONTIÈRE", text="<p>Des  éléments armés</p>"))  # fmt: skip
    two, = items(entry("attaque a la frontiere", guid="9", link="/9", text="Des éléments\narmés"))  # fmt: skip
    assert one.text_hash == two.text_hash
    assert one.content_hash != two.content_hash


def test_an_item_without_any_text_has_no_text_hash() -> None:
    assert items(entry("", text=""))[0].text_hash == ""


def test_lengths_are_bounded() -> None:
    item, = items(entry("t" * 5_000, guid="g" * 9_000, text="w " * 1_000_000))  # fmt: skip
    assert len(item.title) == 1_000
    assert len(item.guid or "") == 2_000
    assert len(item.summary) <= 1_000_000
    assert len(item.key) == 300


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Évènement", "evenement"),
        ("أَخْبَارٌ", "أخبار"),
        ("تـــونس", "تونس"),
        ("Ｆｕｌｌ width", "full width"),
        ("STRASSE", "straße"),
        ("a\u00a0 b\n", "a b"),
    ],
)
def test_folding_for_the_text_hash(one: str, other: str) -> None:
    assert fold_for_hash(one) == fold_for_hash(other)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr-TN", "fr"),
        ("en_US", "en"),
        ("AR", "ar"),
        ("fil-PH", "fil"),
        ("French", None),
        ("", None),
        (None, None),
    ],
)
def test_language_codes(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code
