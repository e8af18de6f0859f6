"""The table of commands: what the contract names is there, and modules that exist can be loaded."""

from __future__ import annotations

import pytest

from watcher.cli.table import COMMANDS, load_command

CONTRACT = {"run", "demo", "check", "test", "scan", "explain", "backtest", "feeds", "rules", "alerts", "silence", "deliveries", "status", "db", "schema"}  # fmt: skip
BEYOND_IT = {"channels", "routes"}


def test_every_command_of_the_contract_is_named() -> None:
    assert set(COMMANDS) == CONTRACT | BEYOND_IT


@pytest.mark.parametrize("name", COMMANDS)
def test_a_named_command_is_there_and_explains_itself(name: str) -> None:
    assert load_command(COMMANDS[name]).help
