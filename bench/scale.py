"""What ten, a hundred, a thousand and ten thousand rules cost, beside what else finds terms: `python -m bench.scale`.

Every figure is that of texts not met before, after as many others: spaCy and the gazetteer remember words, and news has
new ones all the time. Processor time, since the machine may have other work.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.made_rules import SHAPES, corpus_of, made_lists, made_rules
from bench.matching import FEED, NOW, ROOT, read_items
from bench.peers import TEXTS, CompiledPatterns, Phrases, TokenPatterns
from bench.report import Table
from watcher.analysis import Analysis
from watcher.config.load import load
from watcher.match.syntax import Rule, TermList
from watcher.match.yaml import parse_list, parse_rule
from watcher.text.document import Document
from watcher.text.gazetteer import ExtraPlace
from watcher.types import Item

COUNTS = (10, 100, 1_000, 10_000)
MOST_ITEMS = 500
PEER_SECONDS = 1.0
"""So long, and not for all texts, a peer is asked that needs a second for each."""

Step = Callable[[Document], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Items of the same feeds: those that rules are made of, those to get warm on, and those that are measured."""

    written_from: Sequence[Item]
    warm: Sequence[Item]
    measured: Sequence[Item]


def read_texts() -> Texts:
    """Part the items so that each feed has some in every part."""
    items = read_items(sys.maxsize)
    rest = [item for at, item in enumerate(items) if at % 5 > 1]
    return Texts(written_from=rest, warm=items[0::5][:MOST_ITEMS], measured=items[1::5][:MOST_ITEMS])


def run() -> Table:
    """Measure, for `make bench`."""
    texts = read_texts()
    lists, rules = made(texts.written_from, max(COUNTS))
    places = load(ROOT / "config" / "watcher.yml", environ={}).places
    table = Table(
        title="Matching with many rules",
        columns=(
            "rules",
            "all of an item",
            "matching",
            "of that: scan",
            "places decided on",
            "(spaCy on the fields asked for words)",
            "loop of `re`",
            "Matcher",
            "PhraseMatcher",
        ),
        command="python -m bench.scale",
    )
    costs: dict[int, float] = {}
    whole: dict[int, float] = {}
    measures: dict[int, Measure] = {}
    for count in COUNTS:
        analysis = Analysis(rules=rules[:count], lists=lists, places=places)
        measure = measures[count] = Measure(analysis, texts)
        costs[count], whole[count] = measure.watcher, measure.whole
        peers = measure.peers(rules[:count])
        cells = (measure.whole, measure.watcher, measure.scan, measure.places, measure.words, *peers)
        table.add(f"{count:,}", *(f"{cost * 1e6:,.0f}" for cost in cells))
    tokenising = measure.tokenising()
    _remark(table, measure, costs, whole, tokenising, peers[2], texts.measured)
    table.note(_of_unmatched(measures[min(COUNTS)], measures[max(COUNTS)]))
    table.note(against_their_own(texts, places))
    table.note(f"The rules: {SHAPES}")
    return table


def _remark(
    table: Table,
    measure: Measure,
    costs: dict[int, float],
    whole: dict[int, float],
    tokenising: float,
    phrases: float,
    items: Sequence[Item],
) -> None:
    least, most = min(costs), max(costs)
    words = sum(len(item.body.split()) + len(item.title.split()) for item in items) / len(items)
    table.note(
        f"Microseconds of processor time an item, {len(items):,} real items of {words:.0f} words on average"
    )
    table.note(
        f"Items per second at 10, 100, 1,000, 10,000 rules: {_rates(whole)}; by matching alone: {_rates(costs)}"
    )
    table.note(
        f"Cost of an item at {most:,} rules to that at {least}: {whole[most] / whole[least]:.1f} (target: at most 4), "
        f"of matching alone {costs[most] / costs[least]:.1f}; all of an item is its language, its matches with their "
        "evidence, and what a match is grouped by: what the service does with it"
    )
    table.note(
        f"spaCy's blank tokeniser alone over the same texts: {tokenising * 1e6:,.0f}; the rate of matching at {most:,} rules "
        f"is {tokenising / costs[most]:.2f} times that (target: 2), of all of an item {tokenising / whole[most]:.2f}"
    )
    table.note(
        f"… and {phrases / costs[most]:.1f} times that of PhraseMatcher with the same evaluation (target: 5)"
    )
    table.note(
        f"{measure.matches:.1f} matches an item at {most:,} rules, on {measure.matched:.0%} of the items; "
        f"of all items {measure.shares()}"
    )
    footprint = loading(most)
    table.note(
        f"{most:,} rules: {footprint['parse']:.2f} s to read, {footprint['build']:.2f} s to build, "
        f"{footprint['mib']:.0f} MiB (targets: 3 s, 300 MB), without YAML, measured in a process of its own"
    )
    table.note(
        f"The same as a user has them, from YAML files, checked, with lists and places: {footprint['whole']:.2f} s (target: 3 s)"
    )


def _of_unmatched(least: Measure, most: Measure) -> str:
    """Say what the number of rules costs where nothing comes of it: no evidence, no sentence, nothing to group by."""
    items = most.unmatched
    few, many = least.whole_cost(items), most.whole_cost(items)
    return (
        f"The {len(items)} items that none of {max(COUNTS):,} rules matches, all of an item, their words met before: "
        f"{few * 1e6:,.0f} at {min(COUNTS)} rules, {many * 1e6:,.0f} at {max(COUNTS):,}: {many / few:.1f} times"
    )


def _rates(costs: dict[int, float]) -> str:
    return ", ".join(f"{1 / cost:,.0f}" for cost in costs.values())


def against_their_own(texts: Texts, places: Sequence[ExtraPlace]) -> str:
    """Measure the worst case: every name and word of the rules stands in one of the measured texts, or is made of them."""
    lists, rules = made(texts.measured, max(COUNTS))
    measure = Measure(Analysis(rules=rules, lists=lists, places=places), texts)
    return (
        f"Rules made of the measured texts themselves, so that whoever is named in one is watched for: {measure.watcher * 1e6:,.0f} "
        f"an item, {measure.matches:.1f} matches an item on {measure.matched:.0%} of them"
    )


def made(items: Sequence[Item], count: int) -> tuple[dict[str, TermList], list[Rule]]:
    """Give the shipped lists with some made ones, and so many rules on them."""
    lists = dict(load(ROOT / "config" / "watcher.yml", environ={}).lists)
    for name, value in made_lists(items).items():
        terms, _ = parse_list(name, value)
        assert terms is not None
        lists[name] = terms
    rules = [parse_rule(value)[0] for value in made_rules(count, corpus_of(items, lists))]
    return lists, [rule for rule in rules if rule is not None]


class Measure:
    """The costs of one analysis, in processor seconds an item."""

    def __init__(self, analysis: Analysis, texts: Texts) -> None:
        self._analysis = analysis
        self._warm, self._measured = texts.warm, texts.measured
        measured = texts.measured
        engine = analysis.engine
        self.documents = self._documents(measured)
        self.watcher = self._cost(lambda document: engine.match(document, FEED, NOW), self.documents)
        self.whole = self.whole_cost(measured)
        found_by_item = [len(engine.match(document, FEED, NOW)) for document in self.documents]
        self.unmatched = [item for item, found in zip(measured, found_by_item, strict=True) if not found]
        self.matches = sum(found_by_item) / len(measured)
        self.matched = sum(map(bool, found_by_item)) / len(measured)
        self.scan = self._cost(lambda document: engine.view(document, FEED))
        found = [document.item for document in self.documents if document._places is not None]
        split = [
            document.item
            for document in self.documents
            if document._words or document._asked or document._sentences
        ]
        self.with_places, self.with_words = len(found), len(split)
        self.places = (
            self._cost(lambda document: document.places, self._folded(found)) * len(found) / len(measured)
        )
        self.words = self._cost(self._words, self._documents(split)) * len(split) / len(measured)

    def whole_cost(self, items: Sequence[Item]) -> float:
        """Give what all costs that is found out about some items, each on average."""
        return self._cost(
            lambda document: self._analysis.analyse(document.item, FEED, NOW), self._documents(items)
        )

    def shares(self) -> str:
        places, words = (count / len(self._measured) for count in (self.with_places, self.with_words))
        return f"{places:.0%} had their places found and {words:.0%} were asked for words or sentences"

    def peers(self, rules: Sequence[Rule]) -> tuple[float, float, float]:
        """Give the costs of a loop of `re`, of Matcher, and of PhraseMatcher with evaluation."""
        vocabulary = self._analysis.engine.ruleset.vocabulary
        phrases = Phrases(self._analysis.engine, rules, vocabulary)
        patterns, tokens = CompiledPatterns(rules, vocabulary), TokenPatterns(rules, vocabulary)
        return (
            self._cost(patterns, seconds=PEER_SECONDS),
            self._cost(tokens, seconds=PEER_SECONDS),
            self._cost(lambda document: phrases(document, FEED)),
        )

    def tokenising(self) -> float:
        """Give the cost of spaCy's tokeniser alone."""
        import spacy

        nlp = spacy.blank("en")

        def split(document: Document) -> None:
            for field in TEXTS:
                nlp.make_doc(document.text(field))

        return self._cost(split)

    @staticmethod
    def _words(document: Document) -> None:
        for field in TEXTS:
            document.words(field)

    def _documents(self, items: Sequence[Item]) -> list[Document]:
        return [self._analysis.analyser.read(item) for item in items]

    def _folded(self, items: Sequence[Item]) -> list[Document]:
        documents = self._documents(items)
        for document in documents:
            for field in TEXTS:
                document.folded(field)
        return documents

    def _cost(
        self, step: Step, documents: Sequence[Document] | None = None, seconds: float = float("inf")
    ) -> float:
        """Give what a step costs on documents not met before: all of them, or as many as fit into so many seconds."""
        documents = self._documents(self._measured) if documents is None else documents
        if seconds == float("inf"):
            for document in self._documents(self._warm):
                step(document)
        gc.collect()
        start = time.process_time()
        done = 0
        for document in documents:
            step(document)
            done += 1
            if time.process_time() - start > seconds:
                break
        return (time.process_time() - start) / max(1, done)


def loading(count: int) -> dict[str, float]:
    """Measure reading, building and memory of so many rules in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", str(count)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _load(count: int) -> None:
    import os

    from bench.footprint import pss_mib
    from watcher.match.compile import compile_rules
    from watcher.text.gazetteer import Gazetteer

    items = read_texts().written_from
    lists, _ = made(items, 1)
    values = made_rules(count, corpus_of(items, lists))
    gazetteer = Gazetteer.load()
    gc.collect()
    before, start = pss_mib(os.getpid()), time.process_time()
    rules = [rule for rule, _ in map(parse_rule, values) if rule is not None]
    read = time.process_time()
    ruleset = compile_rules(rules, lists, gazetteer)
    built = time.process_time()
    mib = pss_mib(os.getpid()) - before
    assert len(ruleset.rules) == count
    whole = _whole(values, made_lists(items))
    sys.stdout.write(json.dumps({"parse": read - start, "build": built - read, "mib": mib, "whole": whole}))


def _whole(rules: list[dict[str, object]], lists: dict[str, list[str]]) -> float:
    """Give how long it takes from files to rules that are ready."""
    named = {name: {"any": terms} for name, terms in lists.items()}
    shipped = ROOT / "config"
    main = {
        "include": {
            "feeds": [],
            "rules": ["rules.yml"],
            "lists": ["lists.yml", f"{shipped}/lists/*.yml"],
            "places": [f"{shipped}/places/*.yml"],
        },
        "channels": {"console": {"type": "console"}},
        "routes": [{"to": ["console"]}],
    }
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in (("watcher", main), ("rules", {"rules": rules}), ("lists", {"lists": named})):
            (folder / f"{file}.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        start = time.process_time()
        config = load(folder / "watcher.yml", environ={})
        analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
        done = time.process_time()
    assert len(analysis.engine.ruleset.rules) == len(rules)
    return done - start


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _load(int(sys.argv[1]))
    else:
        print(run())
