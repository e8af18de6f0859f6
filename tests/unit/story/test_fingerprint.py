"""What makes two reports one: headlines without their trimmings, texts with small changes, proofs of identity."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import samples
from watcher.story.decide import Reason, decide, jaccard
from watcher.story.fingerprint import clean_title, exact_keys, fingerprint
from watcher.types import TraitKind

BODY = (
    "Armed men in four pickup trucks crossed the border from Libya before dawn and were stopped by an army patrol "
    "a few kilometres from the town, the defence ministry said. Two of the attackers were killed and a third was "
    "arrested. The army has sent helicopters and is searching the salt flats for those who got away. Schools in the "
    "district stay closed until further notice, and the crossing at the coast is shut to traffic in both directions."
)


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("UPDATE 2-Gunmen cross border near Dehiba", "gunmen cross border near dehiba"),
        ("REFILE-UPDATE 1-Gunmen cross border near Dehiba", "gunmen cross border near dehiba"),
        ("BREAKING: Gunmen cross border near Dehiba", "gunmen cross border near dehiba"),
        ("Gunmen cross border near Dehiba | Example News", "gunmen cross border near dehiba"),
        ("Gunmen cross border near Dehiba - The Daily Example", "gunmen cross border near dehiba"),
        ("[Vidéo] Des hommes armés à la frontière", "des hommes armes a la frontiere"),
        ("عاجل | مسلحون يعبرون الحدود", "مسلحون يعبرون الحدود"),
        ("Cross-border attack leaves three dead", "cross-border attack leaves three dead"),
        ("Tunisia-Libya border closed after attack", "tunisia-libya border closed after attack"),
        ("Update on the border", "update on the border"),
    ],
)
def test_a_headline_is_compared_without_the_marks_of_agencies_and_outlets(title: str, clean: str) -> None:
    assert clean_title(title) == clean


def changed(text: str, share: float, seed: int) -> str:
    rng = random.Random(seed)
    words = text.split()
    for place in rng.sample(range(len(words)), int(len(words) * share)):
        words[place] = f"word{place}"
    return " ".join(words)


@pytest.mark.parametrize("seed", range(20))
def test_a_copy_with_one_word_in_fourteen_changed_is_found_and_joins(seed: int) -> None:
    one = fingerprint(samples.item(summary=BODY))
    other = fingerprint(
        samples.item(summary=changed(BODY, 0.07, seed), title="A headline of its own for this")
    )
    assert set(one.sketch) & set(other.sketch)
    candidate = Stored("st-1", "other", one.shingles)
    decision = decide(other.shingles, feed_id="wire", by_key=None, candidates=[candidate])
    assert decision.story_id == "st-1"


def test_a_truncated_copy_joins_by_its_lead() -> None:
    one = fingerprint(samples.item(summary=BODY))
    other = fingerprint(samples.item(summary=BODY[:260] + " …"))
    assert set(one.sketch) & set(other.sketch)
    decision = decide(
        other.shingles, feed_id="b", by_key=None, candidates=[Stored("st-1", "wire", one.shingles)]
    )
    assert decision.story_id == "st-1"


def test_one_outlet_with_the_same_headline_over_another_text_means_another_event() -> None:
    one = fingerprint(
        samples.item(title="Two soldiers killed by a landmine in Kasserine", summary="A" + BODY[:50])
    )
    other = fingerprint(
        samples.item(title="Two soldiers killed by a landmine in Kasserine", summary=BODY[200:])
    )
    same_outlet = decide(
        other.shingles, feed_id="wire", by_key=None, candidates=[Stored("st-1", "wire", one.shingles)]
    )
    other_outlet = decide(
        other.shingles, feed_id="b", by_key=None, candidates=[Stored("st-1", "wire", one.shingles)]
    )
    assert same_outlet.reason is Reason.NEW
    assert other_outlet.reason is Reason.SAME_TITLE


def test_a_few_words_are_not_compared() -> None:
    print_ = fingerprint(samples.item(title="Live updates", summary=""))
    assert print_.sketch == ()


def test_ids_count_only_together_with_the_host_of_the_link() -> None:
    one = samples.item(guid="1", url="https://a.example/x", text_hash="a")
    other = samples.item(guid="1", url="https://b.example/y", text_hash="b")
    same_site = samples.item(guid="1", url="https://a.example/x?page=2", text_hash="c")
    assert not set(exact_keys(one)) & set(exact_keys(other))
    assert set(exact_keys(one)) & set(exact_keys(same_site))


def test_what_the_entries_of_one_document_share_proves_nothing() -> None:
    one = samples.item(is_guid_shared=True, is_url_shared=True, text_hash="a")
    other = samples.item(is_guid_shared=True, is_url_shared=True, text_hash="b")
    assert not set(exact_keys(one)) & set(exact_keys(other))


def test_an_exact_key_decides_before_any_likeness() -> None:
    print_ = fingerprint(samples.item(summary=BODY))
    decision = decide(
        print_.shingles, feed_id="b", by_key="st-9", candidates=[Stored("st-1", "wire", print_.shingles)]
    )
    assert (decision.story_id, decision.reason) == ("st-9", Reason.SAME_KEY)


@settings(max_examples=50, derandomize=True)
@given(title=st.text(max_size=80), body=st.text(max_size=400))
def test_any_text_has_a_fingerprint_that_does_not_change(title: str, body: str) -> None:
    item = samples.item(title=title, summary=body)
    one, again = fingerprint(item), fingerprint(item)
    assert one == again
    assert all(-(2**63) <= key < 2**63 for key in one.sketch)
    assert jaccard(one.shingles.full, again.shingles.full) in (0.0, 1.0)


@pytest.mark.parametrize("length", [1, 6, 7, 8, 11, 12, 30])
def test_words_of_the_lead_are_whole_however_long_they_are(length: int) -> None:
    body = " ".join([*["k" * length] * 59, "m" * length, *["q" * length] * 60])
    traits = fingerprint(samples.item(title="Raid", summary=body)).traits
    said = {one.name for one in traits if one.kind is TraitKind.WORD}
    # The lead is 60 words, as far as they stand in the first 720 characters.
    assert said == {"raid", *body[:720].split()[:60]}


class Stored:
    def __init__(self, story_id: str, feed_id: str, shingles: object) -> None:
        self.story_id = story_id
        self.feed_id = feed_id
        self.shingles = shingles
