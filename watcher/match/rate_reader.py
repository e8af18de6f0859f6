"""`when:` of a rule over time → what it counts, and when that is news.

Comes in: the mapping as YAML gave it. Goes out: a `Trend` of `rates`, and the condition whose matches are counted.
Called by `rule_reader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from watcher.match.anchor import Anchor
from watcher.match.rates import New, Spike, Surge, Trend, Unit
from watcher.match.reader import Reader
from watcher.match.slips import did_you_mean
from watcher.match.syntax import Condition

SUBJECTS = ("rule", "match", "list", "place")
"""What may be counted: exactly one of these stands in a `when`."""

EXAMPLE = "when: {rule: my-rule, count: stories, at_least: 3, within: 6h}"

_KEYS = {
    "count": ("count", "at_least", "within"),
    "spike": ("spike", "within", "baseline", "at_least", "count"),
    "new_in": ("new_in",),
}
_REQUIRED = {
    "count": ("at_least", "within"),
    "spike": ("within", "baseline"),
    "new_in": (),
}
_FACTOR = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)x")
_LEAST_SPIKE = 3
_SAMPLES = {"at_least": "at_least: 3", "within": "within: 6h", "baseline": "baseline: 14d"}

ReadDuration = Callable[..., timedelta | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesOf(Condition):
    """`{rule: other-rule}` in a `when`: stands for the matches of that rule, which the engine finds by themselves.

    It holds on no item: the rule over time looks at what is recorded of the other one.
    """

    rule: str
    unplaced_because: ClassVar[str | None] = "it is about the matches of another rule"

    @property
    def label(self) -> str:
        return f"rule:{self.rule}"

    def anchor(self, vocabulary: object) -> Anchor:  # noqa: ARG002 - it is never proposed
        return Anchor(signs=frozenset(), cost=0.0)


def read_when(reader: Reader, value: object, duration: ReadDuration) -> tuple[Trend | None, Condition | None]:
    """Read the value of `when`.

    Args:
        reader: of the rule that it stands in.
        value: as YAML gave it.
        duration: reads a length of time: (mapping, key, *steps to the mapping) to it, None after a problem.

    Returns:
        When it is news, and what is counted; None in place of what could not be read.
    """
    if not isinstance(value, Mapping) or not value:
        reader.fail("'when' takes a mapping", "when", suggestion=EXAMPLE)
        return None, None
    return _When(reader.at("when", path="when"), value, duration).read()


class _When:
    """Reads the keys of one `when`."""

    def __init__(self, reader: Reader, value: Mapping[object, object], duration: ReadDuration) -> None:
        self._reader = reader
        self._value = value
        self._duration_of = duration

    def read(self) -> tuple[Trend | None, Condition | None]:
        subject, form = self._one_of(SUBJECTS, "what is counted"), self._form()
        if subject is None or form is None:
            self._reader.check_keys(self._value, (*SUBJECTS, "count", "spike", "new_in", *_SAMPLES))
            return None, None
        self._reader.check_keys(self._value, (subject, *_KEYS[form]))
        missing = [key for key in _REQUIRED[form] if key not in self._value]
        for key in missing:
            self._reader.fail(f"'{form}' needs '{key}'", suggestion=_SAMPLES[key])
        counted = self._counted(subject)
        of = counted.rule if isinstance(counted, MatchesOf) else None
        read: dict[str, Callable[[str | None], Trend | None]] = {
            "count": self._count,
            "spike": self._spike,
            "new_in": self._new_in,
        }
        trend = read[form](of)
        return (None, counted) if missing else (trend, counted)

    def _form(self) -> str | None:
        # `count` may stand beside `spike`, which then counts in that unit.
        found = [key for key in ("spike", "new_in", "count") if key in self._value]
        if found[:2] == ["spike", "new_in"] or found == ["new_in", "count"]:
            self._reader.fail(f"'when' has both {' and '.join(map(repr, found[:2]))}", found[1])
            return None
        if found:
            return found[0]
        known = did_you_mean(next(iter(self._value)), _KEYS)
        self._reader.fail(
            "'when' says nothing about time: count, spike or new_in", suggestion=known or EXAMPLE
        )
        return None

    def _one_of(self, keys: Iterable[str], what: str) -> str | None:
        found = [key for key in keys if key in self._value]
        if len(found) == 1:
            return found[0]
        if found:
            self._reader.fail(
                f"'when' has both {' and '.join(map(repr, found[:2]))}: one says {what}", found[1]
            )
        else:
            self._reader.fail(f"'when' does not say {what}: rule, match, list or place", suggestion=EXAMPLE)
        return None

    def _counted(self, subject: str) -> Condition | None:
        written = self._value[subject]
        if subject == "rule":
            name = self._reader.string(written, "the id of a rule", "rule")
            return None if name is None else MatchesOf(path=f"when.rule:{name}", rule=name)
        if subject == "match":
            return self._reader.at("match", path="when.match").condition(written)
        return self._reader.condition({subject: written})

    # --- forms -------------------------------------------------------------------------------------------------------

    def _count(self, of: str | None) -> Trend | None:
        unit, at_least, within = self._unit(Unit.STORIES), self._at_least(1), self._duration("within")
        if at_least is None or within is None:
            return None
        return Surge(of=of, unit=unit, at_least=at_least, within=within)

    def _spike(self, of: str | None) -> Trend | None:
        unit, at_least, factor = self._unit(Unit.ITEMS), self._at_least(_LEAST_SPIKE), self._factor()
        within, baseline = self._duration("within"), self._duration("baseline")
        if within is None or baseline is None or factor is None or at_least is None:
            return None
        if baseline < 2 * within:
            self._reader.fail(
                "'baseline' must be at least twice as long as 'within': it is what the present is compared with",
                "baseline",
            )
        return Spike(of=of, unit=unit, factor=factor, within=within, baseline=baseline, at_least=at_least)

    def _new_in(self, of: str | None) -> Trend | None:
        length = self._duration("new_in")
        return None if length is None else New(of=of, new_in=length)

    # --- values ------------------------------------------------------------------------------------------------------

    def _unit(self, default: Unit) -> Unit:
        if "count" not in self._value:
            return default
        given = self._value["count"]
        if isinstance(given, str) and given in list(Unit):
            return Unit(given)
        hint = did_you_mean(given, list(Unit)) or f"one of {', '.join(Unit)}"
        self._reader.fail(f"{given!r} is nothing to count", "count", suggestion=hint)
        return default

    def _at_least(self, default: int) -> int | None:
        if "at_least" not in self._value:
            return default
        return self._reader.whole_number(self._value["at_least"], "at_least", "at_least")

    def _duration(self, key: str) -> timedelta | None:
        return self._duration_of(self._value, key, "when") if key in self._value else None

    def _factor(self) -> float | None:
        given = self._value["spike"]
        found = _FACTOR.fullmatch(given) if isinstance(given, str) else None
        if found and float(found[1]) > 1:
            return float(found[1])
        self._reader.fail(
            f"{given!r} is no multiple of the usual rate",
            "spike",
            suggestion="above 1, for example 3x or 2.5x",
        )
        return None


def when_schema(condition: object, duration: object) -> dict[str, Any]:
    """Give the JSON Schema of `when`.

    Args:
        condition: the schema of a condition.
        duration: the schema of a length of time.
    """
    text = {"type": "string", "minLength": 1}
    values: dict[str, Any] = {
        "rule": text,
        "match": condition,
        "list": text,
        "place": {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}, {"type": "object"}]},
        "count": {"enum": list(Unit)},
        "spike": {"type": "string", "pattern": f"^{_FACTOR.pattern}$"},
        "within": duration,
        "baseline": duration,
        "new_in": duration,
        "at_least": {"type": "integer", "minimum": 1},
    }
    forms = [
        {
            "type": "object",
            "properties": {key: values[key] for key in (subject, *keys)},
            "required": [subject, form, *_REQUIRED[form]],
            "additionalProperties": False,
        }
        for subject in SUBJECTS
        for form, keys in _KEYS.items()
    ]
    return {"anyOf": forms}
