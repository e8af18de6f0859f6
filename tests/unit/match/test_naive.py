"""The engine agrees with a naive evaluator on random conditions over random texts, in three scripts."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.matching import FEED, GAZETTEER, NOW, TOWNS, document, read_lists
from tests.support.naive import Reading, Text, Word, holds
from watcher.match.compile import compile_rules
from watcher.match.engine import Engine
from watcher.match.explain import explain
from watcher.match.yaml import parse_rule

# Every way of writing a term that must be found, as the words that it makes.
FORMS: dict[str, list[list[Word]]] = {
    "raid": [[Word("raid", "raid")], [Word("RAID", "raid")], [Word("“raid”", "raid")]],
    "évadé": [
        [Word("évadé", "évadé")],
        [Word("EVADE", "évadé")],
        [Word("l", None), Word("évadé", "évadé", glue="’")],
        [Word("qu", None), Word("évade", "évadé", glue="'")],
    ],
    "حدود": [
        [Word("حدود", "حدود")],
        [Word("والحدود", "حدود")],
        [Word("لحدود", "حدود")],
        [Word("للحدود", "حدود")],
        [Word("حُدُود", "حدود")],
        [Word("حـدود", "حدود")],
    ],
    "إرهاب": [[Word("إرهاب", "إرهاب")], [Word("الارهاب", "إرهاب")], [Word("بإرهاب", "إرهاب")]],
    "Zarzis": [[Word("Zarzis", "Zarzis")]],
    "Tripoli": [[Word("Tripoli", "Tripoli")]],
}
# The forms of two words, as if these were all that a grammar knew; one form belongs to both.
INFLECTED = {"raid": ("raids", "raidé", "menait"), "mener": ("mène", "menait"), "عبر": ("يعبر", "وعبروا")}
OTHER = [
    "mène",
    "menait",
    "raidé",
    "يعبر",
    "وعبروا",
    "raids",
    "xraid",
    "évadés",
    "محدود",
    "حدودي",
    "and",
    "un",
    "ال",
    "2016",
    "raidحدود",
]
TERMS = [term for term in FORMS if term not in TOWNS]
PHRASES = [*TERMS, "raid évadé", "évadé raid", "raid raid"]
LISTS = {"some": ["raid", "حدود"], "others": ["évadé", "raid évadé", "إرهاب"]}

words = st.one_of(
    st.sampled_from([form for term in TERMS for form in FORMS[term]]),
    st.sampled_from([form for forms in FORMS.values() for form in forms]),
    st.sampled_from([[Word(other, None)] for other in OTHER]),
)
sentences = st.lists(words, max_size=5).map(lambda found: tuple(word for form in found for word in form))
texts = st.lists(sentences, max_size=4).map(lambda found: Text(tuple(one for one in found if one)))

leaves = st.one_of(
    st.sampled_from(PHRASES),
    st.sampled_from(PHRASES),
    st.sampled_from([{"list": "some"}, {"list": "others"}, {"place": "TN"}, {"place": "LY"}]),
    st.sampled_from([{"lemma": ["raid"]}, {"lemma": ["mener", "عبر"]}, {"lemma": ["عبر"]}]),
    st.sampled_from([{"regex": r"RAID"}, {"regex": r"2\d+"}, {"regex": "xraid|vad"}, {"regex": "حدود"}]),
)


class SomeForms:
    """Knows the forms above, in every language."""

    def headword(self, written: str, language: str) -> str:
        return written

    def readings(self, word: str, language: str) -> frozenset[str]:
        return frozenset(lemma for lemma, forms in INFLECTED.items() if word in forms)


fields = st.sampled_from(["title", "body", "lead"])
distances = st.integers(1, 6)


def some(children: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(children, min_size=1, max_size=3)


def placed(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Conditions that occur somewhere, so that they may stand inside `near`."""
    return st.one_of(
        st.builds(lambda c: {"any": c}, some(children)),
        st.builds(lambda c: {"all": c}, some(children)),
        st.builds(lambda c: {"at_least": (len(c) + 1) // 2, "of": c}, some(children)),
        st.builds(lambda c, n: {"near": c, "within": n}, some(children), distances),
        st.builds(lambda c, n: {"sequence": c, "within": n}, some(st.one_of(leaves)), distances),
        st.builds(lambda c: {"same_sentence": c}, some(children)),
        st.builds(lambda c, f: {"field": f, "match": c}, children, fields),
    )


placed_conditions = st.recursive(leaves, placed, max_leaves=5)


def anywhere(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Conditions that need not occur anywhere."""
    return st.one_of(
        st.builds(lambda c: {"none": c}, some(children)),
        st.builds(lambda c: {"any": c}, some(children)),
        st.builds(lambda c: {"all": c}, some(children)),
        st.builds(lambda c: {"at_least": len(c), "of": c}, some(children)),
        st.builds(lambda c, f: {"field": f, "match": c}, children, fields),
        st.builds(lambda c, n: {"count": c, "min": n}, leaves, st.integers(1, 3)),
        st.builds(
            lambda c, w: {
                "score": [{"term": t, "weight": 1 + n} for n, t in enumerate(c)],
                "threshold": min(w, len(c)),
            },
            some(children),
            st.integers(1, 4),
        ),
    )


conditions = st.recursive(
    st.one_of(placed_conditions, st.sampled_from([{"language": "en"}, {"language": "fr"}])),
    anywhere,
    max_leaves=4,
)


# Few terms in longer texts, so that distances and orders are often just right and just wrong.
dense = st.lists(
    st.sampled_from(
        [FORMS["raid"][0], FORMS["évadé"][2], FORMS["حدود"][1], [Word("and", None)], [Word("un", None)]]
    ),
    min_size=2,
    max_size=10,
)
dense_texts = st.lists(dense, min_size=1, max_size=3).map(
    lambda found: Text(tuple(tuple(word for form in one for word in form) for one in found))
)
few = st.sampled_from(["raid", "évadé", "حدود", "raid évadé", {"list": "some"}])
close = st.recursive(
    few,
    lambda children: st.one_of(
        st.builds(
            lambda c, n: {"near": c, "within": n}, st.lists(children, min_size=2, max_size=3), distances
        ),
        st.builds(
            lambda c, n: {"sequence": c, "within": n}, st.lists(few, min_size=2, max_size=3), distances
        ),
        st.builds(lambda c: {"all": c}, st.lists(children, min_size=2, max_size=2)),
        st.builds(lambda c: {"same_sentence": c}, st.lists(children, min_size=2, max_size=2)),
    ),
    max_leaves=4,
)


@given(conditions, texts, texts)
@settings(max_examples=75, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_engine_agrees_with_the_naive_evaluator(condition: Any, title: Text, body: Text) -> None:
    agree(condition, title, body)


@given(close, dense_texts)
@settings(max_examples=75, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_engine_agrees_on_distances_and_order(condition: Any, body: Text) -> None:
    agree(condition, Text(()), body)


def agree(condition: Any, title: Text, body: Text) -> None:
    rule, problems = parse_rule({"id": "rule", "match": condition})
    assert rule is not None, problems
    engine = Engine(compile_rules([rule], read_lists(json.dumps(LISTS)), GAZETTEER, SomeForms()))
    item = Reading(
        texts={"title": title, "body": body},
        scope={"title": 99, "body": 99},
        language="en",
        lists=LISTS,
        forms=INFLECTED,
        towns={name: TOWNS[name].country for name in ("Zarzis", "Tripoli")},
    )
    expected = holds(condition, item)
    read = document(str(title), str(body))
    assert bool(engine.match(read, FEED, NOW)) is expected
    assert explain("rule", engine, read, FEED, NOW).match.held is expected


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_evidence_lies_on_its_text_whatever_the_text(title: str, body: str) -> None:
    """A phrase cut out of a text is found in it again, and evidence is what stands at its offsets."""
    cut = [word for word in (title + " raid " + body).split() if word.isalnum()][:2]
    rule, problems = parse_rule({"id": "rule", "match": {"any": ["raid", *cut]}})
    assert rule is not None, problems
    engine = Engine(compile_rules([rule], {}, GAZETTEER))
    read = document(title, f"{title} raid {body}")
    found = engine.match(read, FEED, NOW)
    assert found
    for one in found[0].evidence:
        assert read.text(one.span.field)[one.span.start : one.span.end] == one.text
        assert one.text.strip() == one.text
