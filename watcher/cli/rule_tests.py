"""`watcher test`: the tests that rules carry; what was expected, what happened, and on what evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app, find_named
from watcher.cli.output import console, count, highlighted, plain, print_json
from watcher.cli.table import FAILED

if TYPE_CHECKING:
    from watcher.match.ruletest import TestResult
    from watcher.match.syntax import Rule

app = command_app()


@app.command("test")
def run_rule_tests(
    pattern: Annotated[
        str, typer.Argument(metavar="[RULE]", help="Only rules whose id fits this glob.")
    ] = "*",
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML too.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Run the tests that rules carry and show where they come out otherwise than expected.

    Exits with 1 when a test fails.
    """
    from watcher.cli.progress import progress
    from watcher.cli.ready import analysis_of
    from watcher.config.load import load
    from watcher.match.ruletest import run_tests

    loaded = load(config)
    chosen = [rule for rule in loaded.rules if fnmatchcase(rule.id, pattern)]
    if not chosen and not set(pattern) & set("*?["):
        # A name that is no rule's would else pass for ever, where tests guard a change.
        find_named("rule", pattern, {rule.id: rule for rule in loaded.rules})
    analysis = analysis_of(loaded, of_any_feed=False)
    results = []
    with progress("testing", total=sum(len(rule.tests) for rule in chosen)) as advance:
        for result in run_tests(chosen, analysis.engine, analysis.analyser, datetime.now(UTC)):
            results.append(result)
            advance()
    if junit is not None:
        from watcher.cli.junit import junit_xml
        from watcher.config.edit import replace_file

        replace_file(junit, junit_xml(results))
    if json:
        print_json([result.to_json() for result in results])
    else:
        _report(chosen, results)
    if not all(result.passed for result in results):
        raise typer.Exit(FAILED)


def _report(rules: Sequence[Rule], results: Sequence[TestResult]) -> None:
    failed = [result for result in results if not result.passed]
    for result in failed:
        _print_failure(result)
    untested = [rule.id for rule in rules if not rule.tests and rule.reads_items]
    screen = console()
    if untested:
        screen.print(f"without tests: {', '.join(untested)}", style="dim")
    summary = f"{count(len(results), 'test')} of {count(len(rules), 'rule')}, {len(failed)} failed"
    screen.print(summary, style="bold red" if failed else "bold green")


def _print_failure(result: TestResult) -> None:
    from rich.text import Text

    screen = console()
    screen.print(f"FAILED {result.rule}, test {result.number + 1} ({result.language})", style="bold")
    for field, text in (("title", result.test.title), ("body", result.test.body)):
        if text:
            spans = [(one.span.start, one.span.end) for one in result.evidence if one.span.field == field]
            screen.print(Text(f"  {field}: ").append_text(highlighted(text, spans)))
    expected, got = _words(result.test.expects_match), _words(result.matched)
    screen.print(f"  - expected: {expected}", style="red")
    screen.print(f"  + got:      {got}", style="green")
    for one in result.evidence:
        screen.print(f"    {one.path}: {plain(one.text)}", style="yellow")
    if not result.matched:
        for line in result.explanation.to_text().splitlines():
            screen.print(f"    {plain(line)}", style="dim")
    screen.print()


def _words(is_match: bool) -> str:
    return "match" if is_match else "no match"
