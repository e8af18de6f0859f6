"""What tells an entry from the others of its feed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.identity import Marks, digest, identify


def marks(guid: str | None = None, link: str | None = None, text: str = "t") -> Marks:
    return Marks(guid=guid, link=link, text=digest(text), whole=digest(guid, link, text))


def keys(*entries: Marks, repeats_guids: bool = False) -> list[str]:
    return list(identify(entries, repeats_guids=repeats_guids).keys)


def test_the_guid_comes_first_then_the_link_then_the_text() -> None:
    assert keys(marks("g", "l", "t1"), marks(None, "l2", "t2"), marks(None, None, "t3")) == [
        "guid:g",
        "link:l2",
        f"text:{digest('t3')}",
    ]


def test_a_guid_and_a_link_of_the_same_spelling_are_not_the_same_key() -> None:
    assert len(set(keys(marks("https://a.example/1"), marks(None, "https://a.example/1")))) == 2


def test_one_guid_on_several_entries_puts_all_guids_out_of_use() -> None:
    found = identify(
        [marks("g", "l1", "a"), marks("g", "l2", "b"), marks("h", "l3", "c")], repeats_guids=False
    )
    assert found.repeats_guids
    assert found.keys == ("link:l1", "link:l2", "link:l3")


def test_a_feed_known_to_repeat_guids_keeps_its_identities_when_one_document_does_not() -> None:
    assert keys(marks("g", "l1"), repeats_guids=True) == ["link:l1"]
    assert identify([marks("g", "l1")], repeats_guids=True).repeats_guids


def test_one_guid_and_one_link_on_all_entries_leaves_the_text() -> None:
    assert keys(marks("g", "l", "a"), marks("g", "l", "b")) == [f"text:{digest('a')}", f"text:{digest('b')}"]


def test_long_identifiers_stay_apart_in_short_keys() -> None:
    one, two = keys(marks("x" * 5_000 + "1"), marks("x" * 5_000 + "2"))
    assert one != two
    assert len(one) == len(two) == 300


ENTRIES = st.lists(
    st.builds(
        marks, st.sampled_from([None, "g", "h"]), st.sampled_from([None, "l", "m"]), st.sampled_from("abc")
    ),
    max_size=12,
    unique_by=lambda entry: entry.whole,
)


@given(ENTRIES, st.booleans())
@settings(derandomize=True, max_examples=60)
def test_no_two_entries_of_a_document_share_a_key(entries: list[Marks], repeats: bool) -> None:
    found = keys(*entries, repeats_guids=repeats)
    assert len(set(found)) == len(entries)


@given(ENTRIES, st.randoms())
@settings(derandomize=True, max_examples=50)
def test_keys_do_not_depend_on_the_order_of_entries(entries: list[Marks], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = dict(zip([e.whole for e in entries], keys(*entries), strict=True))
    after = dict(zip([e.whole for e in shuffled], keys(*shuffled), strict=True))
    assert before == after


def test_digests_keep_their_parts_apart() -> None:
    assert (
        len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", None), digest("abc", "")})
        == 5
    )
