"""What rules name: lists, countries, kinds of places, places to be near. And where in a rule's YAML a condition stands.

Comes in: a condition, and all that it may name. Goes out: an error for each name that stands for nothing. Called by
`check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.places import PlaceIs
from watcher.match.reader import Step, SyntaxProblem
from watcher.match.slips import did_you_mean, kind_meant, one_slip_away
from watcher.match.syntax import Condition, TermList
from watcher.text.gazetteer import Gazetteer
from watcher.text.names import key

_STEP = re.compile(r"([^.\[\]:]+)(?::[^.\[]*)?((?:\[\d+\])*)")


def unknown_names(
    condition: Condition, lists: Mapping[str, TermList], gazetteer: Gazetteer
) -> Iterator[SyntaxProblem]:
    """Find the names in a condition that stand for nothing.

    Args:
        condition: the whole condition.
        lists: all lists, by name.
        gazetteer: the places that rules may name.

    Yields:
        Errors, with their path relative to the entry of the rule.
    """
    for one in condition.subtree():
        if isinstance(one, AnyOfList) and one.name not in lists:
            yield _error(one, f"there is no list '{one.name}'", did_you_mean(one.name, lists))
        if isinstance(one, PlaceIs):
            yield from _unknown_countries(one, gazetteer)
            for kind in sorted(one.kinds - gazetteer.kinds):
                yield _error(one, f"no place is of the kind '{kind}'", kind_meant(kind, gazetteer.kinds))
            yield from _unknown_centre(one, gazetteer)


def yaml_steps(path: str) -> tuple[Step, ...]:
    """Turn a path as evidence names it into keys and indices of the rule's YAML, as far as it can be told."""
    steps: list[Step] = []
    for found in _STEP.finditer(path):
        key = found.group(1)
        if "score" in steps[-2:]:
            steps.append("term")
        steps.append(key)
        steps.extend(int(index) for index in re.findall(r"\d+", found.group(2)))
        if key == "filter":
            steps[-1] = "unless"
        if key == "field":
            steps[-1] = "match"
        if key == "use":
            break  # what is wrong is in the definition, and this is where it is used
    return tuple(steps)


def _unknown_countries(one: PlaceIs, gazetteer: Gazetteer) -> Iterator[SyntaxProblem]:
    for code in sorted(one.countries - gazetteer.countries.keys()):
        if len(code) == 2:
            found = next(iter(gazetteer.named(code)), None)
            hint = f"did you mean '{found.country}'?" if found and found.kind == "country" else None
            yield _error(
                one, f"there is no country '{code}'", hint or "codes are those of ISO 3166-1: TN, LY, FR"
            )
        else:
            yield _error(one, f"'{code}' is no country code", _place_meant(code, gazetteer))


def _place_meant(name: str, gazetteer: Gazetteer) -> str:
    """Say how a place is written for which a name stands where a country's two letters should."""
    found = next(iter(gazetteer.named(name)), None)
    if found is None or (len(name) == 3 and name.isupper() and found.kind != "country"):
        return "two letters, ISO 3166-1: TN, LY, FR"
    is_country = found.kind in ("country", "people")
    return f"did you mean '{found.country}'?" if is_country else f"write place: {{near: {name}, km: 20}}"


def _unknown_centre(one: PlaceIs, gazetteer: Gazetteer) -> Iterator[SyntaxProblem]:
    if one.near is None:
        return
    places = gazetteer.named(one.near)
    if not places:
        meant = _misspelt(one.near, gazetteer)
        hint = f"did you mean '{meant}'? Or " if meant else ""
        yield _error(one, f"no place is called '{one.near}'", f"{hint}add it under places: with lat and lon")
    elif all(place.lat is None or place.lon is None for place in places):
        yield _error(one, f"'{one.near}' has no coordinates", "add lat and lon to it under places:")


def _misspelt(name: str, gazetteer: Gazetteer) -> str | None:
    """Give the largest place whose name is one slip away from a name of none."""
    found = [place for word in set(one_slip_away(key(name))) for place in gazetteer.named(word)[:1]]
    return max(found, key=lambda place: place.population).name if found else None


def _error(one: Condition, message: str, suggestion: str | None) -> SyntaxProblem:
    return SyntaxProblem(message=message, path=yaml_steps(one.path), suggestion=suggestion)
