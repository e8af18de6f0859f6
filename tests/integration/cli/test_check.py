"""`check` and `test`: what they find, what they print, how they end."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.support.commands import Command


def test_a_right_configuration_is_counted(command: Command) -> None:
    done = command("check", "--strict")
    assert done.exit_code == 0, done.output
    assert done.stdout == "1 feed, 1 rule, 1 list, 0 places, 1 channel, 0 warnings\n"


def test_warnings_are_told_and_fail_only_when_asked(command: Command, folder: Path) -> None:
    (folder / "lists" / "b.yml").write_text("lists: {spare: [x-ray]}")
    done = command("check")
    assert done.exit_code == 0
    assert done.stderr.startswith("lists/b.yml:1:16: warning: ")
    assert command("check", "--strict").exit_code == 1


def test_json_has_every_problem_with_its_place(command: Command, folder: Path) -> None:
    (folder / "feeds" / "b.yml").write_text("feeds:\n  - id: b\n    url: https://b.example/\n    titel: B")
    done = command("check", "--json")
    assert done.exit_code == 2
    data = json.loads(done.stdout)
    assert data["counts"] is None
    assert data["problems"] == [
        {
            "severity": "error",
            "path": "feeds/b.yml",
            "line": 4,
            "column": 5,
            "message": 'unknown key "titel"',
            "suggestion": 'did you mean "title"?',
        }
    ]


def test_rule_tests_that_pass_end_with_0(command: Command) -> None:
    done = command("test")
    assert done.exit_code == 0
    assert done.stdout == "2 tests of 1 rule, 0 failed\n"


def test_a_rule_test_that_fails_shows_expected_got_and_evidence(command: Command, folder: Path) -> None:
    rules = folder / "rules" / "a.yml"
    rules.write_text(
        rules.read_text()
        + "      - {title: Gunmen near the border, expect: no match}\n      - {title: Rain, expect: match}\n"
    )
    done = command("test", "--junit", "out/junit.xml")
    assert done.exit_code == 1
    assert "FAILED border, test 3 (en)" in done.stdout
    assert "  - expected: no match\n  + got:      match\n" in done.stdout
    assert "match.all[0].list:armed: Gunmen" in done.stdout
    assert "  - expected: match\n  + got:      no match\n" in done.stdout
    assert "4 tests of 1 rule, 2 failed" in done.stdout
    assert ElementTree.parse(folder / "out" / "junit.xml").getroot().attrib["failures"] == "2"
    data = json.loads(command("test", "--json").stdout)
    assert [test["passed"] for test in data] == [True, True, False, False]


def test_only_the_rules_that_are_asked_for_are_tested(command: Command) -> None:
    assert command("test", "nothing-*").stdout == "0 tests of 0 rules, 0 failed\n"


def test_a_rule_that_does_not_exist_passes_no_test(command: Command) -> None:
    done = command("test", "boarder")
    assert done.exit_code == 2
    assert done.stderr == 'no rule is called "boarder" (did you mean "border"?)\n'


def test_a_pipeline_that_is_not_installed_is_told_before_the_first_item_needs_it(
    command: Command, folder: Path
) -> None:
    main = folder / "watcher.yml"
    main.write_text(main.read_text() + "text: {models: {en: en_no_such_pipeline, fr: saved}}\n")
    (folder / "saved").mkdir()
    for name in (("check",), ("test",), ("run", "--once")):
        done = command(*name)
        assert done.exit_code == 2, name
        assert (
            'watcher.yml:4:21: there is no spaCy pipeline "en_no_such_pipeline" '
            "(install it with `python -m spacy download en_no_such_pipeline`" in done.stderr
        )
        assert '"saved"' not in done.stderr
