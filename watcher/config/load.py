"""The configuration, whole: the main file and all that it includes → frozen values, or every problem at once.

Called by the commands and by the service (again on reload). Nothing is half loaded: either all of it is right, or
`ConfigError` says all that is wrong, each thing with file, line and column.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from watcher.collector import collector_paused
from watcher.config import include
from watcher.config.advice import advise
from watcher.config.complaint import validate
from watcher.config.entryfiles import open_feeds, read_feeds, read_places
from watcher.config.models import IncludeSettings, Settings
from watcher.config.placed import Placed, first_of_each
from watcher.config.rulefiles import cross_problems, parted, read_lists, read_rules, vetoed
from watcher.config.section import LoadContext
from watcher.config.source import MISSING, Source, read_source
from watcher.errors import ConfigError, Problem
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.match.syntax import Rule, TermList
    from watcher.text.gazetteer import ExtraPlace

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration that can be used.

    `digest` changes with the content of any file that was read. `warnings` are what should be looked at though it
    does not stop the service.
    """

    path: Path
    settings: Settings
    feeds: tuple[Feed, ...] = ()
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, TermList] = field(default_factory=dict)
    places: tuple[ExtraPlace, ...] = ()
    warnings: tuple[Problem, ...] = ()
    digest: str = ""


def load(
    path: Path, *, environ: Mapping[str, str] | None = None, rules: Sequence[Path] | None = None
) -> Config:
    """Read the main file and everything that it includes.

    Args:
        path: the main file.
        environ: where `${NAME}` comes from; None means the process's environment.
        rules: rule files to read in place of those that the main file includes.

    Returns:
        The configuration, with its warnings.

    Raises:
        ConfigError: something is wrong; it holds all problems, warnings too.
    """
    with collector_paused():
        loading = _Loading(path, os.environ if environ is None else environ)
        config = loading.read(rules)
    problems = tuple(sorted(loading.problems, key=_order))
    if config is None or not all(problem.is_warning for problem in problems):
        raise ConfigError(problems)
    return replace(config, warnings=problems)


def _hinted(main: Source) -> Source:
    """Say how another main file is named, where there is none."""
    hint = "name yours with --config PATH, or by the variable WATCHER_CONFIG"
    problems = (replace(one, suggestion=hint) if one.message == MISSING else one for one in main.problems)
    return replace(main, problems=tuple(problems))


class _Loading:
    """One run of `load`: reads file after file and collects what is wrong with them."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._environ = environ
        self._digest = blake2b(digest_size=16)
        self._has_gaps = False

    def read(self, rule_files: Sequence[Path] | None) -> Config | None:
        main = self._opened(_hinted(read_source(self.path, environ=self._environ)))
        if not self._is_mapping(main):
            return None
        settings, wanted = self._settings(main), self._include(main)
        feeds = self._each(self._files(main, wanted, "feeds"), self._open_feeds, read_feeds)
        feeds = self._unique(feeds, lambda feed: feed.id, "feed id")
        rule_paths = self._files(main, wanted, "rules") if rule_files is None else tuple(rule_files)
        told = len(self.problems)
        rules, filters = parted(self._each(rule_paths, read_source, read_rules))
        has_all_rules = all(problem.is_warning for problem in self.problems[told:])
        rules = self._unique(rules, lambda rule: rule.id, "rule id")
        filters = self._unique(filters, lambda one: one.id, "filter id")
        lists = self._each(self._files(main, wanted, "lists"), read_source, read_lists)
        lists = self._unique(lists, lambda terms: terms.name, "list name")
        places = self._each(self._files(main, wanted, "places"), read_source, read_places)
        if not self._has_gaps:
            # A rule that has an error is not there to be named: its filters are not to blame for that.
            checked = filters if has_all_rules else ()
            models = settings.text.models if settings is not None else None
            self.problems.extend(
                cross_problems(rules, lists, _values(places), _values(feeds), checked, models)
            )
        if settings is None:
            return None
        if all(problem.is_warning for problem in self.problems):
            # After an error what is missing may be what could not be read.
            self.problems.extend(advise(main, settings, feeds, rules))
        return Config(
            path=self.path,
            settings=settings,
            feeds=_values(feeds),
            rules=vetoed(_values(rules), _values(filters)),
            lists={terms.name: terms for terms in _values(lists)},
            places=_values(places),
            digest=self._digest.hexdigest(),
        )

    def _opened(self, source: Source) -> Source:
        self.problems.extend(source.problems)
        self._digest.update(os.fsencode(source.path) + b"\0" + source.digest)
        return source

    def _note(self, source: Source, problems: Sequence[Problem]) -> None:
        # An environment variable that is not set is told once, not again as a value that does not fit.
        told = {(problem.line, problem.column) for problem in source.problems}
        self.problems.extend(problem for problem in problems if (problem.line, problem.column) not in told)

    def _is_mapping(self, main: Source) -> bool:
        if main.value is None and not main.problems:
            self.problems.append(main.problem((), "the file is empty"))
        elif main.value is not None and not isinstance(main.value, dict):
            self.problems.append(main.problem((), "expected a mapping (key: value)"))
        return isinstance(main.value, dict)

    def _settings(self, main: Source) -> Settings | None:
        channels = main.value.get("channels", None)
        names = frozenset(channels if isinstance(channels, dict) else ("console",))
        context = LoadContext(folder=self.path.parent, channels=names)
        settings, problems = validate(Settings, main, main.value, context=context)
        self._note(main, problems)
        return settings

    def _include(self, main: Source) -> IncludeSettings:
        """Read `include` apart, so that a slip elsewhere in the main file does not hide those in other files."""
        raw = main.value.get("include")
        wanted, _ = validate(IncludeSettings, main, raw, context=LoadContext(folder=self.path.parent))
        return wanted or IncludeSettings()

    def _files(self, main: Source, wanted: IncludeSettings, kind: str) -> tuple[Path, ...]:
        patterns: list[str] = getattr(wanted, kind)
        found = include.find(self.path.parent, patterns)
        for index in found.unmatched:
            is_glob = include.is_pattern(patterns[index])
            message = f'no file {"matches" if is_glob else "is called"} "{patterns[index]}"'
            place = ("include", kind, index)
            self.problems.append(main.problem(place, message, is_warning=is_glob))
        return found.paths

    def _open_feeds(self, path: Path) -> Source:
        return open_feeds(path, self._environ)

    def _each(
        self,
        paths: Sequence[Path],
        open_file: Callable[[Path], Source],
        read: Callable[[Source], Iterator[Placed[T] | Problem]],
    ) -> list[Placed[T]]:
        values = []
        for path in paths:
            source = self._opened(open_file(path))
            self._has_gaps |= source.value is None and bool(source.problems)
            for found in read(source):
                if isinstance(found, Problem):
                    self._note(source, (found,))
                else:
                    values.append(found)
        return values

    def _unique(self, placed: list[Placed[T]], identity: Callable[[T], str], what: str) -> list[Placed[T]]:
        kept, problems = first_of_each(placed, identity, what)
        self.problems.extend(problems)
        return kept


def _values(placed: Sequence[Placed[T]]) -> tuple[T, ...]:
    return tuple(each.value for each in placed)


def _order(problem: Problem) -> tuple[object, ...]:
    return (problem.is_warning, str(problem.path or ""), problem.line or 0, problem.column or 0)
