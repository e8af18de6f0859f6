"""One entry of `rules:` → a rule. Called by `yaml`; conditions are read by their forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from watcher.match.rate_reader import MatchesOf, read_when
from watcher.match.rates import Trend
from watcher.match.reader import Reader, Step
from watcher.match.slips import did_you_mean, meant
from watcher.match.syntax import AlertOptions, Condition, FromFilter, Rule, RuleTest, Status
from watcher.types import Severity, Tlp

T = TypeVar("T")

RULE_KEYS = (
    "id",
    "title",
    "description",
    "false_positives",
    "severity",
    "status",
    "tags",
    "tlp",
    "from",
    "match",
    "when",
    "unless",
    "max_age",
    "latency",
    "alert",
    "tests",
)
GROUPS = ("story", "item")
DURATION = re.compile(r"(?:(\d{1,4})w)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?")
EXPECTATIONS = {"match": True, "no match": False}

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)
_NOT_IN_VERSION = ("tests", "description", "false_positives", "latency")
_NOT_OVER_TIME = ("max_age",)
_NOT_OVER_TIME_OF_RULE = {
    "max_age": "'within' says how old what counts may be",
    "from": "it counts what the other rule matches: put it there",
    "unless": "it counts what the other rule matches: put it there",
    "tests": "it counts what the other rule matches: put them there",
}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DURATION_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


class RuleReader:
    """Reads the keys of one rule."""

    def __init__(self, reader: Reader, value: Mapping[object, object]) -> None:
        self._reader = reader
        self._value = value

    def read(self) -> Rule | None:
        """Read all keys, so that all problems are told at once; None when one of them is an error."""
        reader, value = self._reader, self._value
        written = {key if key in RULE_KEYS else meant(key, RULE_KEYS) for key in value}
        if not written & {"match", "when"}:  # a misspelt one is told as such
            reader.fail(
                "the rule has no 'match': it says nothing about which items it is for", suggestion="match: …"
            )
        reader.check_keys(value, RULE_KEYS)
        rule_id, match, unless = (
            read_id(reader, value, "rule"),
            self._condition("match"),
            self._condition("unless"),
        )
        when, counted = self._when() if "when" in value else (None, None)
        match = counted if "when" in value else match
        severity = self._choice("severity", {one.label: one for one in Severity}, Severity.MEDIUM)
        tlp = self._choice("tlp", {one.label: one for one in Tlp}, None)
        status = self._choice("status", {one.value: one for one in Status}, Status.ACTIVE)
        title = self._text("title")
        description = self._text("description")
        false_positives, tags = self._texts("false_positives"), self._texts("tags")
        from_, max_age, alert = self._from(), self._duration(value, "max_age"), self._alert()
        latency, tests = self._duration(value, "latency"), self._tests()
        if rule_id is None or match is None or ("when" in value and when is None) or reader.has_errors:
            return None
        return Rule(
            id=rule_id,
            title=title or rule_id,
            match=match,
            severity=severity,
            status=status,
            description=description,
            false_positives=false_positives,
            tags=tags,
            tlp=tlp,
            from_=from_,
            unless=unless,
            max_age=max_age,
            latency=latency,
            alert=alert,
            tests=tests,
            source=self._source(),
            when=when,
        )

    # --- single keys -----------------------------------------------------------------------------------------------

    def _when(self) -> tuple[Trend | None, Condition | None]:
        reader = self._reader
        if "match" in self._value:
            reader.fail("a rule has 'match' or 'when', not both", "match", suggestion="when: {match: …, …}")
        when, counted = read_when(reader, self._value["when"], self._duration)
        for key in _NOT_OVER_TIME_OF_RULE if isinstance(counted, MatchesOf) else _NOT_OVER_TIME:
            if key in self._value:
                hint = _NOT_OVER_TIME_OF_RULE[key]
                reader.fail(f"'{key}' has no meaning in this rule over time", key, suggestion=hint)
        return when, counted

    def _condition(self, key: str) -> Condition | None:
        if key not in self._value:
            return None
        return self._reader.at(key, path=key).condition(self._value[key])

    def _text(self, key: str) -> str:
        if key not in self._value:
            return ""
        return self._reader.string(self._value[key], f"'{key}'", key) or ""

    def _texts(self, key: str) -> tuple[str, ...]:
        if key not in self._value:
            return ()
        return self._reader.strings(self._value[key], f"'{key}'", key) or ()

    def _choice(self, key: str, choices: Mapping[str, T], default: T) -> T:
        if key not in self._value:
            return default
        given = self._value[key]
        if given is False and "off" in choices:
            return choices["off"]  # YAML's word for false, and exactly what is meant
        if isinstance(given, str) and given in choices:
            return choices[given]
        hint = did_you_mean(given, choices) or f"one of {', '.join(choices)}"
        self._reader.fail(f"{given!r} is no {key}", key, suggestion=hint)
        return default

    def _duration(self, value: Mapping[object, object], key: str, *inside: Step) -> timedelta | None:
        if key not in value:
            return None
        given = value[key]
        found = DURATION.fullmatch(given) if isinstance(given, str) and given else None
        counts = found.groups() if found else ()
        parts = {unit: int(count) for unit, count in zip(_DURATION_UNITS, counts, strict=False) if count}
        if any(parts.values()):
            return timedelta(**parts)
        self._reader.fail(
            f"{given!r} is no length of time", *inside, key, suggestion="for example 90s, 15m, 48h, 1d12h, 2w"
        )
        return None

    # --- mappings and lists ----------------------------------------------------------------------------------------

    def _from(self) -> FromFilter:
        given = self._mapping("from", ("feeds", "tags", "languages"), "from: {tags: [ … ]}")
        reader = self._reader.at("from")
        read = {key: reader.strings(given[key], f"'{key}'", key) for key in ("feeds", "tags") if key in given}
        return FromFilter(
            feeds=read.get("feeds") or (),
            tags=frozenset(read.get("tags") or ()),
            languages=self._languages(given),
        )

    def _languages(self, given: Mapping[object, object]) -> frozenset[str]:
        if "languages" not in given:
            return frozenset()
        return frozenset(self._reader.languages(given["languages"], "from", "languages") or ())

    def _alert(self) -> AlertOptions:
        given = self._mapping("alert", ("group", "remind"), "alert: {group: story, remind: 12h}")
        group = given.get("group")
        if "group" in given and group not in GROUPS:
            hint = f"one of {', '.join(GROUPS)}"
            self._reader.fail(f"{group!r} is nothing to group by", "alert", "group", suggestion=hint)
        remind = self._duration(given, "remind", "alert")
        return AlertOptions(group=group if isinstance(group, str) else None, remind=remind)

    def _mapping(self, key: str, known: tuple[str, ...], example: str) -> Mapping[object, object]:
        if key not in self._value:
            return {}
        given = self._value[key]
        if not isinstance(given, Mapping) or not given:
            self._reader.fail(f"'{key}' takes a mapping", key, suggestion=example)
            return {}
        self._reader.at(key).check_keys(given, known)
        return given

    def _tests(self) -> tuple[RuleTest, ...]:
        given = self._value.get("tests", [])
        if not isinstance(given, list):
            self._reader.fail(
                "'tests' takes a list", "tests", suggestion="tests: [{title: …, expect: match}]"
            )
            return ()
        read = [_read_test(self._reader.at("tests", at), one) for at, one in enumerate(given)]
        return tuple(test for test in read if test is not None)

    def _source(self) -> str:
        """Write down all that decides what the rule does, the same for the same meaning."""
        told = {str(key): one for key, one in self._value.items() if key not in _NOT_IN_VERSION}
        definitions = self._reader.definitions
        told["define"] = {name: definitions[name] for name in sorted(used_definitions(told, definitions))}
        return _CANONICAL.encode(told)


def read_id(reader: Reader, value: Mapping[object, object], what: str) -> str | None:
    """Read the `id` of a rule or filter."""
    if "id" not in value:
        reader.fail(f"the {what} has no 'id'", suggestion=f"id: my-{what}")
        return None
    written = reader.string(value["id"], f"the {what}'s id", "id")
    if written is None or _ID.fullmatch(written):
        return written
    slug = re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-")
    reader.fail(
        f"the id '{written}' must be small letters, digits and hyphens", "id", suggestion=slug or None
    )
    return None


def _read_test(reader: Reader, value: object) -> RuleTest | None:
    if not isinstance(value, Mapping):
        reader.fail("a test is a mapping", suggestion="{title: …, expect: match}")
        return None
    reader.check_keys(value, ("title", "body", "language", "expect"))
    if "title" not in value:
        reader.fail("the test has no 'title'", suggestion="{title: …, expect: match}")
    title = reader.string(value["title"], "the test's title", "title") if "title" in value else None
    body = reader.string(value["body"], "the test's body", "body") if "body" in value else ""
    language = reader.language(value["language"], "language") if "language" in value else None
    expectation = value.get("expect")
    if not isinstance(expectation, str) or expectation not in EXPECTATIONS:
        at = ("expect",) if "expect" in value else ()
        reader.fail("a test says what it expects", *at, suggestion="expect: match, or expect: no match")
        return None
    if title is None or body is None:
        return None
    return RuleTest(title=title, body=body, language=language, expects_match=EXPECTATIONS[expectation])


def used_definitions(
    value: object, definitions: Mapping[str, object], seen: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Find the definitions that a value names, directly or through others."""
    if not definitions:
        return frozenset()
    if isinstance(value, list):
        return frozenset(name for one in value for name in used_definitions(one, definitions, seen))
    if not isinstance(value, Mapping):
        return frozenset()
    found = frozenset(name for one in value.values() for name in used_definitions(one, definitions, seen))
    name = value.get("use")
    if isinstance(name, str) and name in definitions and name not in seen:
        found |= {name} | used_definitions(definitions[name], definitions, seen | {name})
    return found
