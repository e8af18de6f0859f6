"""Channels are built by the name of their kind, each kind's library only when it is used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import get_args

import pytest
from pydantic import SecretStr

from watcher.config.channels import AppriseSettings, ChannelSettings, ConsoleSettings
from watcher.deliver.channels import _EDITED, _KINDS, _UPDATED, build
from watcher.deliver.channels.console import ConsoleChannel
from watcher.errors import WatcherError


def test_every_kind_of_settings_has_its_channel() -> None:
    union = get_args(ChannelSettings)[0]
    assert {settings.model_fields["type"].default for settings in get_args(union)} == set(_KINDS)


def test_a_channel_knows_its_name_and_kind() -> None:
    channel = build("terminal", ConsoleSettings())
    assert isinstance(channel, ConsoleChannel)
    assert (channel.name, channel.kind) == ("terminal", "console")


def test_the_registry_knows_which_kinds_hear_of_growth() -> None:
    kinds = {
        kind
        for kind, name in _KINDS.items()
        if getattr(import_module(name.partition(":")[0]), name.partition(":")[2]).has_updates
    }
    assert kinds == _UPDATED
    assert _EDITED <= _UPDATED


def test_the_registry_itself_imports_no_library() -> None:
    heavy = "{'aiohttp', 'slack_sdk', 'aiosmtplib', 'rich', 'jinja2', 'apprise', 'pydantic'}"
    check = f"import sys, watcher.deliver.channels; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(WatcherError, match=r'pip install "watcher\[apprise\]"'):
        build("phone", AppriseSettings(url=SecretStr("json://localhost/")))
