"""Plain YAML data → rules, lists and definitions, with every problem found on the way.

Comes in: what a YAML loader gave (mappings, lists, texts). Goes out: frozen rules and lists, and `SyntaxProblem`s
whose paths lead to the spot in that data. Called by the configuration's loader, which knows files and lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watcher.match.filters import Filter, read_filter
from watcher.match.forms import FORMS, Phrase
from watcher.match.forms.words import note_operators
from watcher.match.reader import Reader, SyntaxProblem
from watcher.match.rule_reader import RuleReader
from watcher.match.schema import condition_schema, filter_schema, list_schema, rule_schema
from watcher.match.syntax import Rule, TermList
from watcher.match.term import Term, exact_term, phrase_term

__all__ = [
    "SyntaxProblem",
    "condition_schema",
    "filter_schema",
    "list_schema",
    "parse_definitions",
    "parse_filter",
    "parse_list",
    "parse_rule",
    "rule_schema",
]


def parse_rule(
    value: object, definitions: Mapping[str, object] | None = None
) -> tuple[Rule | None, tuple[SyntaxProblem, ...]]:
    """Read one entry of `rules:`.

    Args:
        value: the entry as YAML gave it.
        definitions: the file's `define:` mapping, for `use`; see `parse_definitions`.

    Returns:
        The rule, or None when it has an error, and all problems; warnings come with a rule too.
    """
    reader = _reader("", definitions)
    if not isinstance(value, Mapping):
        reader.fail("a rule is a mapping with an id and a match", suggestion="- id: my-rule")
        return None, tuple(reader.problems)
    rule = RuleReader(reader, value).read()
    return rule, tuple(reader.problems)


def parse_filter(
    value: object, definitions: Mapping[str, object] | None = None
) -> tuple[Filter | None, tuple[SyntaxProblem, ...]]:
    """Read one entry of `filters:`; arguments and results are those of `parse_rule`."""
    reader = _reader("", definitions)
    made = read_filter(reader, value)
    return made, tuple(reader.problems)


def parse_list(name: str, value: object) -> tuple[TermList | None, tuple[SyntaxProblem, ...]]:
    """Read one entry of `lists:`.

    Args:
        name: its name.
        value: a list of terms for every language, or a mapping of `any`, `exact` and language codes to terms.

    Returns:
        The list, or None when it has an error, and all problems.
    """
    reader = _reader("", None)
    groups = {"any": value} if isinstance(value, list) else value
    if not isinstance(groups, Mapping) or not groups:
        hint = "any: [ … ], exact: [ … ], or by language: en: [ … ]"
        reader.fail(f"the list '{name}' has no terms", suggestion=hint)
        return None, tuple(reader.problems)
    everywhere: list[Term] = []
    by_language: dict[str, tuple[Term, ...]] = {}
    for key, terms in groups.items():
        if key == "exact":
            everywhere += _terms(reader, exact_term, key, terms)
        elif key == "any":
            everywhere += _terms(reader, phrase_term, key, terms)
        elif (language := reader.language(key, str(key))) is not None:
            by_language[language] = tuple(_terms(reader, phrase_term, language, terms))
    if reader.has_errors:
        return None, tuple(reader.problems)
    made = TermList(name=name, everywhere=tuple(everywhere), by_language=by_language)
    return made, tuple(reader.problems)


def parse_definitions(value: object) -> tuple[Mapping[str, object], tuple[SyntaxProblem, ...]]:
    """Check a file's `define:` mapping, so that its problems are told once and where they are.

    Returns:
        What `parse_rule` takes as definitions (also those with errors, so that `use` need not call them unknown),
        and all problems.
    """
    if not isinstance(value, Mapping):
        return {}, (SyntaxProblem(message="'define' takes a mapping of names to conditions"),)
    definitions = {name: one for name, one in value.items() if isinstance(name, str)}
    reader = _reader("define", definitions)
    for name in value:
        if name in definitions:
            reader.at(name, path=f"define.{name}").expanding(name).condition(definitions[name])
        else:
            reader.fail(f"the name {name!r} must be text: put it in quotes")
    return definitions, tuple(reader.problems)


def _reader(path: str, definitions: Mapping[str, object] | None) -> Reader:
    return Reader(forms=FORMS, text=Phrase.read_alone, path=path, definitions=definitions or {})


def _terms(reader: Reader, make: Callable[[str], Term], key: str, written: object) -> list[Term]:
    if not isinstance(written, list):
        reader.fail(f"'{key}' takes a list of terms", key, suggestion=f"{key}: [ … ]")
        return []
    if not written:
        reader.fail(f"'{key}' is empty", key)
    terms: dict[str, Term] = {}
    for at, one in enumerate(written):
        term = reader.term(make, one, key, at)
        if term is None:
            continue
        note_operators(reader, one, key, at)
        if term.key in terms:
            reader.warn(f"'{one}' stands in '{key}' twice (case and accents do not count)", key, at)
        terms[term.key] = term
    return list(terms.values())
