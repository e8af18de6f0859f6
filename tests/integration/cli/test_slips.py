"""`check` on what people write who come from other query languages: one line for each slip, with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Command

_TESTS = "tests: [{title: x, expect: match}]"


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (
            "match: 'militants OR jihadists'",
            "rules/b.yml:2:20: warning: 'OR' is looked for as a word here ({query: '…'} reads AND, OR, NOT and NEAR/5)",
        ),
        ("match: {or: [a, b]}", "rules/b.yml:2:25: 'or' is no kind of condition (write any: [ … ])"),
        (
            "match: {any: [raid, attack: tunisia]}",
            """rules/b.yml:2:41: 'attack' is no kind of condition (a text with a colon is put in quotes: "attack: tunisia")""",
        ),
        (
            "match: {any: [raid, attack], within: 5}",
            "rules/b.yml:2:42: unknown key 'within' ('within' goes with near: [ … ] and sequence: [ … ])",
        ),
        ("match: {place: UK}", "rules/b.yml:2:28: there is no country 'UK' (did you mean 'GB'?)"),
        (
            "match: {place: {near: Kaserine, km: 5}}",
            "rules/b.yml:2:28: no place is called 'Kaserine' "
            "(did you mean 'Kasserine'? Or add it under places: with lat and lon)",
        ),
        ("match: {place: Tunisia}", "rules/b.yml:2:28: 'Tunisia' is no country code (did you mean 'TN'?)"),
        (
            "match: {place: Sfax}",
            "rules/b.yml:2:28: 'Sfax' is no country code (write place: {near: Sfax, km: 20})",
        ),
        (
            "match: {place: {in: TN, kind: town}}",
            "rules/b.yml:2:28: no place is of the kind 'town' (did you mean 'city'?)",
        ),
        ("match: {language: french}", "rules/b.yml:2:31: 'french' is no language code (did you mean 'fr'?)"),
        (
            "match: {query: 'tunisia NEAR/many border'}",
            "rules/b.yml:2:37: 'NEAR/many' needs a number of words (character 9 of the query) (write NEAR/10)",
        ),
        (
            "match: border, unless: border",
            "rules/b.yml:2:20: warning: 'border' is demanded here and vetoed by 'unless' (take one away)",
        ),
    ],
)
def test_a_slip_is_told_in_one_line_with_what_to_write(
    rule: str, line: str, command: Command, folder: Path
) -> None:
    path = folder / "rules" / "b.yml"
    path.write_text(f"rules:\n  - {{id: b, {rule}, {_TESTS}}}\n", encoding="utf-8")
    told = [found for found in command("check").stderr.splitlines() if found.startswith("rules/b.yml")]
    assert told == [line]
