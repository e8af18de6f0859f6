"""Reading plain YAML data into conditions: where we are, what is wrong, and how to say it.

Comes in: values from YAML. Goes out: conditions and `SyntaxProblem`s. Handed to every form's `parse`, which reads its
own keys with it; no form knows the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import ClassVar, Protocol

from watcher.match.slips import did_you_mean, form_meant, language_meant, owner_of
from watcher.match.syntax import Condition
from watcher.match.term import Term, TermError

DEEPEST = 40
"""Conditions nested deeper than this are a mistake, or an attack on the stack."""

MOST = 5_000
"""One rule has at most so many conditions once definitions and YAML aliases are written out."""

Step = str | int

_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxProblem:
    """One thing wrong in a rule or list. `path` leads from the parsed value to the spot, by keys and indices; `offset` is that of
    the character to blame, where the spot is a text with a language of its own.
    """

    message: str
    path: tuple[Step, ...] = ()
    suggestion: str | None = None
    is_warning: bool = False
    offset: int | None = None


class Form(Protocol):
    """A kind of condition: a `Condition` class that can read itself. See `forms` for the registry.

    `key` is the mapping key that names it, `options` the keys that stand beside that, `optional` those of them that may
    be left out.
    """

    key: ClassVar[str]
    options: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]]

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        """Read it; None when a problem was noted."""
        ...

    @classmethod
    def schema(cls) -> dict[str, object]:
        """Give the JSON Schema of its keys, by key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A place in a rule that is being read.

    Args:
        forms: the kinds of condition by key.
        text: reads a condition that is plain text.
        path: the place as evidence names it.
        where: the place as keys and indices of the YAML value.
        problems: all that was found so far; shared by the readers of one value.
        definitions: what `use` may name.
        using: the names being expanded, outermost first.
        depth: how many readers further inside it is.
        numbers: numbers the conditions read so far; shared by the readers of one value.
    """

    forms: Mapping[str, type[Form]]
    text: Callable[[Reader, str], Condition | None]
    path: str
    where: tuple[Step, ...] = ()
    problems: list[SyntaxProblem] = field(default_factory=list)
    definitions: Mapping[str, object] = field(default_factory=dict)
    using: tuple[str, ...] = ()
    depth: int = 0
    numbers: Iterator[int] = field(default_factory=count)

    def at(self, *steps: Step, path: str | None = None) -> Reader:
        """Give a reader further inside; `path` replaces what evidence calls the place."""
        # Written out: `replace` takes twice as long, and there is a reader for each of the conditions of thousands of rules.
        return Reader(
            forms=self.forms,
            text=self.text,
            path=self.path if path is None else path,
            where=(*self.where, *steps),
            problems=self.problems,
            definitions=self.definitions,
            using=self.using,
            depth=self.depth + 1,
            numbers=self.numbers,
        )

    def expanding(self, name: str) -> Reader:
        """Give a reader of the definition of a name."""
        return replace(self, using=(*self.using, name))

    @property
    def has_errors(self) -> bool:
        """Whether something was noted that is more than a warning."""
        return any(not problem.is_warning for problem in self.problems)

    def fail(
        self, message: str, *steps: Step, suggestion: str | None = None, offset: int | None = None
    ) -> None:
        """Note an error here, or at some steps further inside."""
        path = (*self.where, *steps)
        self.problems.append(SyntaxProblem(message=message, path=path, suggestion=suggestion, offset=offset))

    def warn(self, message: str, *steps: Step, suggestion: str | None = None) -> None:
        """Note something that works but is probably not meant."""
        self.problems.append(
            SyntaxProblem(message=message, path=(*self.where, *steps), suggestion=suggestion, is_warning=True)
        )

    # --- conditions ------------------------------------------------------------------------------------------------

    def condition(self, value: object) -> Condition | None:
        """Read a condition of any form; None when a problem was noted."""
        if self.depth > DEEPEST:
            self.fail(f"conditions are nested more than {DEEPEST} deep")
            return None
        if next(self.numbers) > MOST:
            self.fail(f"there are more than {MOST} conditions, with all definitions written out")
            return None
        if isinstance(value, str):
            return self.text(self, value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list):
            self.fail(
                "a list of conditions needs a word that says how they combine", suggestion="any: or all:"
            )
        else:
            self.fail(not_text(value, "a condition"))
        return None

    def _mapping(self, value: Mapping[object, object]) -> Condition | None:
        keys = [key for key in value if isinstance(key, str)]
        found = [key for key in keys if key in self.forms]
        if not found:
            self._no_form(value)
            return None
        form = self._form_of(found)
        if form is None:
            return None
        self.check_keys(value, (form.key, *form.options))
        return form.parse(self, value)

    def _form_of(self, found: list[str]) -> type[Form] | None:
        """Choose the form among keys that all name one: one may be an option of another (`of`, `match`)."""
        owners = [key for key in found if all(k == key or k in self.forms[key].options for k in found)]
        if owners:
            return self.forms[owners[0]]
        self.fail(
            f"{' and '.join(map(repr, found))} stand in one condition, which says nothing about how they combine",
            suggestion="put each in its own entry of an all: or any: list",
        )
        return None

    def _no_form(self, value: Mapping[object, object]) -> None:
        if not value:
            self.fail("the condition is empty")
            return
        key = next(iter(value))
        known = form_meant(key) or did_you_mean(key, self.forms)
        if known is None and isinstance(value[key], str):
            known = f'a text with a colon is put in quotes: "{key}: {value[key]}"'
        self.fail(
            f"'{key}' is no kind of condition",
            str(key),
            suggestion=known or f"one of {', '.join(sorted(self.forms))}",
        )

    def conditions(self, value: object, key: str) -> tuple[Condition, ...] | None:
        """Read the list of conditions under a key of the form that is being read."""
        if not isinstance(value, list):
            self.fail(f"'{key}' takes a list", key, suggestion=f"{key}: [ … ]")
            return None
        if not value:
            self.fail(f"'{key}' is empty: it needs at least one condition", key)
            return None
        if len(value) > MOST:
            self.fail(f"'{key}' has {len(value)} conditions, more than {MOST}: put terms into a list", key)
            return None
        read = [
            self.at(key, at, path=f"{self.path}.{key}[{at}]").condition(entry)
            for at, entry in enumerate(value)
        ]
        kept = tuple(one for one in read if one is not None)
        return kept if len(kept) == len(read) else None

    def placed(self, conditions: tuple[Condition, ...], key: str) -> bool:
        """Check that conditions occur somewhere in the text, as nearness needs; note those that do not."""
        bad = [one for condition in conditions if (one := condition.unplaced())]
        for one in bad:
            self.fail(
                f"'{one.label}' cannot stand inside '{key}': {one.unplaced_because}",
                key,
                suggestion=f"combine it with the '{key}' in an all:, or use unless:",
            )
        return not bad

    # --- plain values ----------------------------------------------------------------------------------------------

    def term(self, make: Callable[[str], Term], written: object, *steps: Step) -> Term | None:
        """Make a term of what was written; None when a problem was noted."""
        if not isinstance(written, str):
            self.fail(not_text(written, "a term"), *steps)
            return None
        if not written.strip():
            self.fail("the term is empty", *steps)
            return None
        try:
            return make(written)
        except TermError as error:
            self.fail(str(error), *steps)
            return None

    def string(self, value: object, what: str, *steps: Step) -> str | None:
        """Read a text that is not empty."""
        if not isinstance(value, str):
            self.fail(not_text(value, what), *steps)
            return None
        if not value.strip():
            self.fail(f"{what} is empty", *steps)
            return None
        return value.strip()

    def strings(self, value: object, what: str, *steps: Step) -> tuple[str, ...] | None:
        """Read a text or a list of texts."""
        if not isinstance(value, list):
            one = self.string(value, what, *steps)
            return None if one is None else (one,)
        if not value:
            self.fail(f"{what} is an empty list", *steps)
            return None
        read = [self.string(entry, what, *steps, at) for at, entry in enumerate(value)]
        kept = tuple(one for one in read if one is not None)
        return kept if len(kept) == len(read) else None

    def language(self, value: object, *steps: Step) -> str | None:
        """Read a language code; `no` is Norwegian, and some YAML's word for false."""
        if value is False:
            self.fail("YAML reads no as false: put the language code in quotes", *steps, suggestion='"no"')
            return None
        meant = language_meant(value)
        if isinstance(value, str) and _LANGUAGE.fullmatch(value) and meant is None:
            return value
        hint = f"did you mean '{meant}'?" if meant else "two letters, ISO 639-1: en, fr, ar"
        self.fail(f"{_shown(value)} is no language code", *steps, suggestion=hint)
        return None

    def languages(self, value: object, *steps: Step) -> tuple[str, ...] | None:
        """Read a language code or a list of them; None when a problem was noted."""
        if not isinstance(value, list):
            one = self.language(value, *steps)
            return None if one is None else (one,)
        if not value:
            self.fail(f"'{steps[-1]}' is an empty list", *steps)
            return None
        read = [self.language(code, *steps, at) for at, code in enumerate(value)]
        kept = tuple(code for code in read if code is not None)
        return kept if len(kept) == len(read) else None

    def whole_number(self, value: object, what: str, *steps: Step, least: int = 1) -> int | None:
        """Read a whole number that is not below `least`."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.fail(f"{what} must be a whole number, {least} or more; this is {_shown(value)}", *steps)
        return None

    def number(self, value: object, what: str, *steps: Step) -> float | None:
        """Read a finite number."""
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
            return float(value)
        self.fail(f"{what} must be a number; this is {_shown(value)}", *steps)
        return None

    def check_keys(self, value: Mapping[object, object], known: Collection[str]) -> bool:
        """Note every key that means nothing here."""
        unknown = [key for key in value if key not in known]
        for key in unknown:
            hint = did_you_mean(key, known) or owner_of(key) or f"known here: {', '.join(known)}"
            self.fail(f"unknown key {_shown(key)}", _step(key), suggestion=hint)
        return not unknown


def not_text(value: object, what: str) -> str:
    """Say what YAML made of something that should have been text, and how to prevent it."""
    if value is None:
        return f"{what} is missing: there is nothing after the colon or dash"
    if isinstance(value, bool):
        return f"{what} must be text, but YAML reads yes, no, on, off, true and false as {_shown(value)}: put it in quotes"
    if isinstance(value, int | float):
        return f'{what} must be text, but this is the number {value}: write "{value}" in quotes'
    if isinstance(value, date):
        return f'{what} must be text, but YAML reads this as a date: write "{value}" in quotes'
    if isinstance(value, Mapping):
        return (
            f"{what} must be text, but this is a mapping (did a colon follow a word? put the text in quotes)"
        )
    return f"{what} must be text, but this is {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else repr(value)[:60]


def _step(key: object) -> Step:
    return key if isinstance(key, str | int) else str(key)
