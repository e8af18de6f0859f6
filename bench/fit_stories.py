"""Fits how events are told apart, and measures it on stories that the fit has not seen, in many orders of arrival.

    python -m bench.fit_stories            # the fit, cross-validated by story; a few minutes
    python -m bench.fit_stories --write    # also writes watcher/story/data/weights.txt
    python -m bench.fit_stories --orders 10    # only measures what is shipped
    python -m bench.fit_stories --words    # only writes watcher/story/data/words.txt anew, from feeds and articles

Signs are weighted by penalised logistic regression over pairs of an item and a story that grows in random order. Both
thresholds are the lowest that reach a wanted precision on average over orders of arrival.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy

from bench.rule_streams import rule_streams
from bench.stories import Report, bcubed, pairs, read_reports
from bench.words import write_words
from watcher.story import weights as table
from watcher.story.commonness import Background, idf
from watcher.story.decide import decide
from watcher.story.event import Profile, Signs, is_comparable, same_event, signs_of
from watcher.story.weights import Weights, shipped_weights
from watcher.types import Shingles, TraitKind

SIGNS = tuple(field.name for field in fields(Signs))
WANTED, WANTED_PAIRS, WANTED_RULES = 0.882, 0.9, 0.945
"""Precision of headlines, of pairs, and of headlines that one rule finds for an empty store: above what must be reached,
since other stories will be harder, and most above where a user begins."""
PENALTIES = (0.1, 0.2, 0.5, 1.0, 2.0)
FOLDS = 3
_CANDIDATES = 8  # as many as the store gives
_FINDING = (TraitKind.WORD, TraitKind.PLACE, TraitKind.CONCEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A report as `decide` compares it."""

    story_id: str
    feed_id: str
    shingles: Shingles


class Stream:
    """The store's part in folding, in memory: the same decisions, without its bounds and its disk."""

    def __init__(self) -> None:
        self.sizes: Counter[str] = Counter()
        self.traits: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.counts: Counter[str] = Counter()
        self.copies: defaultdict[int, list[Copy]] = defaultdict(list)
        self.index: defaultdict[str, set[str]] = defaultdict(set)

    @property
    def background(self) -> Background:
        return Background(items=self.sizes.total(), counts=self.counts)

    def profile(self, story_id: str) -> Profile:
        return Profile(story_id=story_id, size=self.sizes[story_id], traits=self.traits[story_id])

    def fold(self, report: Report) -> str:
        print_ = report.fingerprint
        near = [copy for key in print_.sketch for copy in self.copies[key][-24:]]
        decision = decide(print_.shingles, feed_id=report.outlet, by_key=None, candidates=near)
        if decision.story_id is None:
            decision = same_event(print_.traits, self.candidates(report), self.background)
        return self.put(report, decision.story_id or f"st-{len(self.sizes)}")

    def candidates(self, report: Report) -> list[Profile]:
        found: Counter[str] = Counter()
        for trait in report.fingerprint.traits:
            if trait.kind in _FINDING:
                telling = idf(trait.key, self.background)
                for story_id in self.index[trait.key]:
                    found[story_id] += telling  # type: ignore[assignment]  # a sum of floats
        return [self.profile(story_id) for story_id, _ in found.most_common(_CANDIDATES)]

    def put(self, report: Report, story_id: str) -> str:
        self.sizes[story_id] += 1
        for trait in report.fingerprint.traits:
            self.traits[story_id][trait.key] += trait.weight  # type: ignore[assignment]
            self.counts[trait.key] += trait.weight  # type: ignore[assignment]
            if trait.kind in _FINDING:
                self.index[trait.key].add(story_id)
        copy = Copy(story_id=story_id, feed_id=report.outlet, shingles=report.fingerprint.shingles)
        for key in report.fingerprint.sketch:
            self.copies[key].append(copy)
        return story_id


def orders(reports: Sequence[Report], count: int, *, first: int = 0) -> Iterator[list[Report]]:
    """Give the reports in the order of the file (number 0) and shuffled in ways that are the same in every run."""
    for number in range(first, first + count):
        shuffled = list(reports)
        if number:
            random.Random(number).shuffle(shuffled)
        yield shuffled


def measure(
    reports: Sequence[Report], weights: Weights, score: Callable[..., tuple[float, float]]
) -> tuple[float, float]:
    """Give precision and recall of one pass with these weights."""
    with using(weights):
        stream = Stream()
        found = [stream.fold(report) for report in reports]
    return score([report.story for report in reports], found)


class using:  # noqa: N801  (read as a word: `with using(weights)`)
    """Lets the decision work with other weights than the shipped ones."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def __enter__(self) -> None:
        from watcher.story import commonness, event

        self._old = event.shipped_weights
        event.shipped_weights = commonness.shipped_weights = lambda: self._weights  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        from watcher.story import commonness, event

        event.shipped_weights = commonness.shipped_weights = self._old


def all_pairs(gold: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    return pairs(gold, found, ["und"] * len(gold))["all"]


def examples(reports: Sequence[Report], shuffles: int = 8) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Give signs (with a leading 1) of comparable pairs of a report and a true story, and whether it is its own."""
    rows, truths = [], []
    for shuffled in orders(reports, shuffles, first=1):
        stream = Stream()
        for report in shuffled:
            for story_id in list(stream.sizes):
                signs = signs_of(report.fingerprint.traits, stream.profile(story_id), stream.background)
                if is_comparable(signs):
                    rows.append([1.0, *(getattr(signs, name) for name in SIGNS)])
                    truths.append(float(story_id == report.story))
            stream.put(report, report.story)
    return numpy.array(rows), numpy.array(truths)


def regression(
    rows: numpy.ndarray, truths: numpy.ndarray, *, penalty: float, shuffles: int = 8
) -> numpy.ndarray:
    """Fit a logistic regression with a ridge penalty by Newton's method; gives the bias and the weights."""
    found = numpy.zeros(rows.shape[1])
    ridge = numpy.full(rows.shape[1], penalty)
    ridge[0] = 1e-6
    each = 2 / shuffles  # the same pair comes again with each shuffle
    for _ in range(50):
        odds = 1 / (1 + numpy.exp(-numpy.clip(rows @ found, -30, 30)))
        slope = each * rows.T @ (odds - truths) + ridge * found
        curve = each * (rows * (odds * (1 - odds))[:, None]).T @ rows + numpy.diag(ridge)
        step = numpy.linalg.solve(curve, slope)
        found = found - step
        if abs(step).max() < 1e-8:
            break
    return found


def best_penalty(reports: Sequence[Report]) -> float:
    """Give the penalty whose fit finds stories that it has not seen the likeliest."""
    losses = dict.fromkeys(PENALTIES, 0.0)
    for known, unknown in folds(reports):
        (rows, truths), (new, true) = examples(known), examples(unknown)
        for penalty in PENALTIES:
            odds = numpy.clip(new @ regression(rows, truths, penalty=penalty), -30, 30)
            losses[penalty] += float(numpy.logaddexp(0, odds).sum() - true @ odds)
    return min(losses, key=losses.__getitem__)


def with_signs(weights: Weights, reports: Sequence[Report]) -> Weights:
    """Give the weights with those of the signs fitted to labelled reports; the threshold is left at even odds."""
    found = regression(*examples(reports), penalty=best_penalty(reports)).round(2)
    values = dict(zip(("bias", *SIGNS), map(float, found), strict=True))
    return replace(weights, **values, least_signs=0.0)


def lowest(
    name: str,
    tried: Sequence[float],
    weights: Weights,
    streams: Sequence[Sequence[Report]],
    score: Callable[..., tuple[float, float]],
) -> Weights:
    """Give the weights with the lowest threshold that reaches the wanted precision on average over the streams."""
    for value in tried:
        chosen = replace(weights, **{name: value})
        if numpy.mean([measure(stream, chosen, score)[0] for stream in streams]) >= WANTED_PAIRS:
            break
    return chosen


SIGN_STEPS = tuple(round(-1.5 + 0.1 * step, 2) for step in range(26))
WORD_STEPS = {
    "least_words": 0.4, "length": 0.03, "text": 1.0, "place": 0.5, "size": 0.4,
    "smoothing": 1.5, "belief": 1.5, "stream": 1.5, "burst": 1.15, "unseen": 1.5, "prior": 1.5, "discount": 1.4, "missed": 1.5,
}  # fmt: skip
"""By how much a figure of the words is first changed: added, for the first five, else multiplied."""
_ADDED = ("least_words", "length", "text", "place", "size")
_NO_WORDS = 1_000.0


def fit(tunisia: Sequence[Report], headlines: Sequence[Report], *, shuffles: int = 3) -> Weights:
    """Fit everything that is fitted."""
    found = fit_signs(tunisia)
    with Trial(tunisia, headlines, shuffles) as trial:
        return fit_words(found, trial)


def fit_signs(tunisia: Sequence[Report]) -> Weights:
    """Fit the weights of the signs, and the lowest threshold that is precise enough by them alone."""
    apart = replace(with_signs(shipped_weights(), tunisia), least_words=_NO_WORDS)
    found = lowest("least_signs", SIGN_STEPS, apart, list(orders(tunisia, 8)), all_pairs)
    return replace(found, least_words=shipped_weights().least_words)


def fit_words(start: Weights, trial: Trial) -> Weights:
    """Search the figures of the words, one after the other, up and down, with ever smaller steps."""
    best, most = start, trial.worth(start)
    for shrink in (1.0, 0.5, 0.25):
        for name, step in WORD_STEPS.items():
            for way in (1, -1):
                while (worth := trial.worth(tried := _stepped(best, name, step, way * shrink))) > most:
                    best, most = tried, worth
                    print(f"{name} {getattr(best, name):g}: {most:.4f}", flush=True)
    return best


def _stepped(weights: Weights, name: str, step: float, ways: float) -> Weights:
    old = getattr(weights, name)
    value = max(0.0, old + step * ways) if name in _ADDED else old * step**ways
    return replace(weights, **{name: float(f"{value:.3g}")})


class Trial:
    """Says what weights are worth: F1 of both files, in the order of the file and shuffled, and of the headlines of made
    rules, less what precision lacks."""

    def __init__(self, tunisia: Sequence[Report], headlines: Sequence[Report], shuffles: int) -> None:
        _STREAMS[:] = [(one, bcubed) for one in orders(headlines, shuffles + 1)]
        _STREAMS.extend((one, all_pairs) for one in orders(tunisia, 2 * shuffles + 1))
        ends = [0, 1, shuffles + 1, len(_STREAMS)]
        _STREAMS.extend((one, bcubed) for one in rule_streams(headlines))
        self._parts = list(pairwise([*ends, len(_STREAMS)]))
        self._pool = multiprocessing.get_context("fork").Pool()

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.terminate()

    def worth(self, weights: Weights) -> float:
        jobs = [(number, weights) for number in range(len(_STREAMS))]
        scores = numpy.array(self._pool.starmap(_try, jobs, chunksize=1))
        worth = 0.0
        for (start, end), wanted in zip(
            self._parts, (WANTED, WANTED, WANTED_PAIRS, WANTED_RULES), strict=True
        ):
            part = scores[start:end]
            f1 = (2 * part.prod(axis=1) / part.sum(axis=1)).mean()
            worth += f1 - 5 * max(0.0, wanted - part[:, 0].mean())
        return worth / len(self._parts)


_STREAMS: list[tuple[Sequence[Report], Callable[..., tuple[float, float]]]] = []
"""What the processes of a trial measure on: forked with it, as it is too long to be sent each time."""


def _try(number: int, weights: Weights) -> tuple[float, float]:
    reports, score = _STREAMS[number]
    return measure(reports, weights, score)


def folds(reports: Sequence[Report]) -> Iterator[tuple[list[Report], list[Report]]]:
    """Give what is fitted on and what is measured on: no story is in both."""
    names = sorted({report.story for report in reports})
    random.Random(0).shuffle(names)
    for number in range(FOLDS):
        left_out = set(names[number::FOLDS])
        yield (
            [report for report in reports if report.story not in left_out],
            [report for report in reports if report.story in left_out],
        )


def cross_validate(tunisia: Sequence[Report], headlines: Sequence[Report]) -> None:
    """Print what the fit reaches on stories that were left out of it."""
    results = defaultdict(list)
    for number, ((some, other), (these, those)) in enumerate(
        zip(folds(tunisia), folds(headlines), strict=True), start=1
    ):
        chosen = fit(some, these, shuffles=1)
        for name, unknown, score, count in (
            ("tunisia.jsonl, pairs", other, all_pairs, 6),
            ("stories.jsonl, B-cubed", those, bcubed, 3),
        ):
            scores = [measure(stream, chosen, score) for stream in orders(unknown, count)]
            results[name] += scores
            precision, recall = numpy.mean(scores, axis=0)
            print(f"{name}: fold {number}, held out: P {precision:.3f} R {recall:.3f}", flush=True)
    for name, scores in results.items():
        precision, recall = numpy.mean(scores, axis=0)
        print(f"{name}: mean of the held-out folds: P {precision:.3f} R {recall:.3f}", flush=True)


def in_orders(tunisia: Sequence[Report], headlines: Sequence[Report], count: int) -> None:
    """Print what the shipped weights reach in the order of the files and in shuffled ones."""
    for name, reports, score in (
        ("tunisia.jsonl, pairs", tunisia, all_pairs),
        ("stories.jsonl, B-cubed", headlines, bcubed),
    ):
        scores = []
        for number, shuffled in enumerate(orders(reports, count + 1)):
            precision, recall = measure(shuffled, shipped_weights(), score)
            scores.append((precision, recall, 2 * precision * recall / (precision + recall)))
            order = f"order {number}" if number else "order of the file"
            print(f"{name}, {order}: P {precision:.3f} R {recall:.3f} F1 {scores[-1][2]:.3f}", flush=True)
        mean, least = numpy.mean(scores, axis=0), numpy.min(scores, axis=0)
        for what, (precision, recall, f1) in (("mean", mean), ("least", least)):
            print(f"{name}, {what}: P {precision:.3f} R {recall:.3f} F1 {f1:.3f}", flush=True)
    streams = rule_streams(headlines)
    precision, recall = numpy.mean([measure(one, shipped_weights(), bcubed) for one in streams], axis=0)
    print(f"stories.jsonl, {len(streams)} made rules, B-cubed: P {precision:.3f} R {recall:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the fitted weights into the package")
    parser.add_argument("--words", action="store_true", help="write how common words are into the package")
    parser.add_argument(
        "--orders", type=int, metavar="N", help="measure the shipped weights in N random orders"
    )
    options = parser.parse_args()
    if options.words:
        write_words()
        return
    tunisia, headlines = read_reports("tunisia.jsonl"), read_reports("stories.jsonl")
    if options.orders:
        in_orders(tunisia, headlines, options.orders)
        return
    if options.write:
        found = fit(tunisia, headlines)
        sys.stdout.write(table.write_weights(found))
        table.PATH.write_text(HEADER + table.write_weights(found), encoding="utf-8")
        shipped_weights.cache_clear()
    cross_validate(tunisia, headlines)


HEADER = """\
# How events are told apart; written by bench/fit_stories.py. What each figure means is said in watcher/story/weights.py.
"""

if __name__ == "__main__":
    main()
