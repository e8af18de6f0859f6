"""Score the places on annotated news, and fit the weights of `watcher.text.resolve` to it.

    python -m bench.places            # precision, recall, F1 of the countries of each article; speed; calibration
    python -m bench.places --fit      # cross-validated scores of fitted weights, then the weights from all articles

The data is not part of the project (see its README): `../shared/data/places.jsonl` beside the repository, TR-News and
LGL. Fitting is maximum a posteriori with a normal prior around the weights in use, so that a sign that the data hardly
shows keeps its weight.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from watcher.text import weights
from watcher.text.context import names_of
from watcher.text.document import Document
from watcher.text.gazetteer import Gazetteer
from watcher.text.places import LEAST_CONFIDENCE, PlaceFinder
from watcher.text.resolve import EVIDENCE, LITTLE, Model, Resolved, kind_of, known_evidence
from watcher.text.tokens import Tokenizer
from watcher.types import Item

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "places.jsonl"
CORPORA = {"TR-News": "TR-", "LGL": "lgl-"}
FOLDS = 5
PRIOR_SPREAD = 0.5
ROUNDS = 2
# The smaller corpus is world news, the larger one local papers of one country: each counts as much as the other.
COUNTS = {"TR-News": 5.0, "LGL": 1.0}

Article = dict[str, Any]


def main() -> None:
    """Print the scores, or fit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights and print them")
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if not arguments.data.exists():
        sys.exit(f"no data at {arguments.data}: nothing measured")
    articles = [json.loads(line) for line in arguments.data.read_text(encoding="utf-8").split("\n") if line]
    finder = PlaceFinder(Gazetteer.load())
    if arguments.fit:
        cross_validate(articles, finder)
        fit(articles, finder)
        print_weights()
    report(articles, finder)


def report(articles: Sequence[Article], finder: PlaceFinder) -> None:
    """Print scores by corpus, time per article, and how often a confidence is right."""
    for article in articles:
        weigh(article, finder)  # names are remembered between texts: time the state of a service that runs
    documents = [document_of(article, finder) for article in articles]
    for document in documents:
        document.folded("title"), document.folded("body")
    start = time.process_time()
    weighed = [finder.weigh(document) for document in documents]
    elapsed = time.process_time() - start
    for corpus, prefix in CORPORA.items():
        chosen = [(a, w) for a, w in zip(articles, weighed, strict=True) if a["id"].startswith(prefix)]
        print(f"{corpus:8} {len(chosen):4} articles  {score(chosen)}")
    words = sum(len(article["body"].split()) for article in articles)
    print(f"{elapsed / len(articles) * 1e6:.0f} µs an article of {words / len(articles):.0f} words")
    print_calibration(articles, weighed)


def document_of(article: Article, finder: PlaceFinder) -> Document:
    item = Item(
        feed_id="bench",
        key=article["id"],
        guid=None,
        url=None,
        title=article["title"],
        summary=article["body"],
        content="",
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Document(item=item, language="en", tokenizer=Tokenizer(), find_places=finder.sight)


def weigh(article: Article, finder: PlaceFinder) -> list[Resolved]:
    """Decide with the weights as they are now."""
    return finder.weigh(document_of(article, finder), model=Model(weights.CHOICE, weights.PLACE))


def countries(resolved: Iterable[Resolved], least: float = LEAST_CONFIDENCE) -> set[str]:
    return {one.candidate.place.country for one in resolved if one.confidence >= least}


def score(pairs: Sequence[tuple[Article, list[Resolved]]]) -> str:
    """Give micro precision, recall and F1 of the sets of countries."""
    sets = [(countries(weighed), set(article["countries"])) for article, weighed in pairs]
    right = sum(len(found & gold) for found, gold in sets)
    precision = right / max(1, sum(len(found) for found, _ in sets))
    recall = right / max(1, sum(len(gold) for _, gold in sets))
    return (
        f"P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"
    )


def is_right(one: Resolved, article: Article) -> bool:
    """Tell whether a sighting in the body lies on an annotated name of its country."""
    start, end = one.sighting.page.folded.origin(one.sighting.start, one.sighting.end)
    return any(
        gold["start"] < end and start < gold["end"] and gold["country"] == one.candidate.place.country
        for gold in article["toponyms"]
    )


def print_calibration(articles: Sequence[Article], weighed: Sequence[list[Resolved]]) -> None:
    seen = [
        (one.confidence, is_right(one, article))
        for article, ones in zip(articles, weighed, strict=True)
        for one in ones
        if one.sighting.page.field_name == "body"
    ]
    print("confidence   sightings   on an annotated name of that country")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = [
            right
            for confidence, right in seen
            if low <= confidence < low + 0.1 or confidence == low + 0.1 == 1.0
        ]
        if inside:
            print(f"{low:.1f} to {low + 0.1:.1f}   {len(inside):9,}   {sum(inside) / len(inside):.2f}")


# --- fitting -----------------------------------------------------------------------------------------------


def fit(articles: Sequence[Article], finder: PlaceFinder) -> None:
    """Set the weights in use to those that fit the articles best; choices and votes depend on each other: in rounds."""
    choice_prior, place_prior = list(weights.CHOICE.values()), list(weights.PLACE.values())
    for _ in range(ROUNDS):
        weighed = [weigh(article, finder) for article in articles]
        found = fit_choice(articles, weighed, np.array(choice_prior))
        weights.CHOICE.update(zip(weights.CHOICE, found.tolist(), strict=True))
        weighed = [weigh(article, finder) for article in articles]
        found = fit_place(articles, weighed, np.array(place_prior))
        weights.PLACE.update(zip(weights.PLACE, found.tolist(), strict=True))


def fit_choice(
    articles: Sequence[Article], weighed: Sequence[list[Resolved]], prior: np.ndarray
) -> np.ndarray:
    """Fit the conditional logit: the probability of the candidates in the annotated country is made large."""
    cases = []
    for article, ones in zip(articles, weighed, strict=True):
        done = set()
        for one in ones:
            gold = gold_country(one, article)
            if gold is None or id(one.name) in done or len(one.name.candidates) == 1:
                continue
            done.add(id(one.name))
            of_others = np.log(np.array(one.votes.of_others(one.name.number)) + LITTLE)
            matrix = np.hstack([np.array(known_evidence(one.name), dtype=float), of_others])
            right = np.array([candidate.place.country == gold for candidate in one.name.candidates])
            if right.any() and not right.all():
                cases.append((matrix, right, counts_of(article)))
    return climb(prior, lambda w: choice_slope(w, cases), steps=200, rate=0.1 / max(1, len(cases)))


def counts_of(article: Article) -> float:
    return next(COUNTS[corpus] for corpus, prefix in CORPORA.items() if article["id"].startswith(prefix))


def gold_country(one: Resolved, article: Article) -> str | None:
    if one.sighting.page.field_name != "body":
        return None
    start, end = one.sighting.page.folded.origin(one.sighting.start, one.sighting.end)
    for gold in article["toponyms"]:
        if gold["start"] < end and start < gold["end"]:
            return str(gold["country"]) if gold["country"] else None
    return None


def choice_slope(at: np.ndarray, cases: Sequence[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    slope = np.zeros_like(at)
    for matrix, right, counts in cases:
        odds = np.exp(matrix @ at - (matrix @ at).max())
        shares = odds / odds.sum()
        wanted = np.where(right, shares, 0.0)
        slope += counts * (wanted / max(1e-12, wanted.sum()) - shares) @ matrix
    return slope


def fit_place(
    articles: Sequence[Article], weighed: Sequence[list[Resolved]], prior: np.ndarray
) -> np.ndarray:
    """Fit the logistic regression; the sightings of one name in one article weigh as one."""
    rows, labels, shares = [], [], []
    for article, ones in zip(articles, weighed, strict=True):
        for one in ones:
            if one.sighting.page.field_name == "body":
                evidence = evidence_of(one)
                rows.append([evidence.get(sign, 0.0) for sign in weights.PLACE])
                labels.append(is_right(one, article))
                shares.append(counts_of(article) / one.name.count)
    matrix, wanted, weight = np.array(rows), np.array(labels, dtype=float), np.array(shares)

    def slope(at: np.ndarray) -> np.ndarray:
        missing = wanted - 1.0 / (1.0 + np.exp(-(matrix @ at)))
        return np.asarray((weight * missing) @ matrix)

    return climb(prior, slope, steps=1500, rate=1.0 / weight.sum())


def evidence_of(one: Resolved) -> dict[str, float]:
    """Give what speaks for a sighting being its place, by the signs of `weights.PLACE`."""
    of_name = dict(zip(EVIDENCE, map(float, one.name.evidence), strict=True))
    return {
        "bias": 1.0,
        kind_of(one.candidate): 1.0,
        **of_name,
        **dict.fromkeys(names_of(one.signs), 1.0),
    }


def climb(
    prior: np.ndarray, slope: Callable[[np.ndarray], np.ndarray], *, steps: int, rate: float
) -> np.ndarray:
    """Follow the slope of the likelihood and of the prior, with momentum."""
    at, speed = prior.copy(), np.zeros_like(prior)
    for _ in range(steps):
        speed = 0.9 * speed + rate * (slope(at) - (at - prior) / PRIOR_SPREAD**2)
        at = at + speed
    return at


def cross_validate(articles: Sequence[Article], finder: PlaceFinder) -> None:
    """Print the scores of articles that had no part in the fitting."""
    before = dict(weights.CHOICE), dict(weights.PLACE)
    pairs: list[tuple[Article, list[Resolved]]] = []
    for fold in range(FOLDS):
        fit([one for at, one in enumerate(articles) if at % FOLDS != fold], finder)
        pairs.extend((one, weigh(one, finder)) for at, one in enumerate(articles) if at % FOLDS == fold)
        weights.CHOICE.update(before[0])
        weights.PLACE.update(before[1])
    for corpus, prefix in CORPORA.items():
        print(
            f"{corpus:8} unseen articles  {score([pair for pair in pairs if pair[0]['id'].startswith(prefix)])}"
        )


def print_weights() -> None:
    for name, table in (("CHOICE", weights.CHOICE), ("PLACE", weights.PLACE)):
        print(f"{name}: dict[str, float] = {{")
        for sign, weight in table.items():
            print(f'    "{sign}": {weight:.2f},')
        print("}")


if __name__ == "__main__":
    main()
