"""The kinds of channels, and how one is built from its settings.

In: the name and the settings of a channel. Out: a `Channel`. Called by `app` at start and at a reload. A new kind is
a module here, a line in `_KINDS`, and its settings in `config.channels`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from watcher.config.channels import ChannelSettings
    from watcher.deliver.channels.slackaccount import SlackAccounts
    from watcher.ports import Channel

# Named, not imported: each kind brings a library along, and most commands need none of them.
_KINDS: Final[Mapping[str, str]] = {
    "console": "watcher.deliver.channels.console:ConsoleChannel",
    "slack": "watcher.deliver.channels.slack:SlackChannel",
    "email": "watcher.deliver.channels.email:EmailChannel",
    "webhook": "watcher.deliver.channels.webhook:WebhookChannel",
    "apprise": "watcher.deliver.channels.apprise:AppriseChannel",
}

_UPDATED: Final = frozenset({"console", "slack"})
_EDITED: Final = frozenset({"slack"})
_METERED: Final = frozenset({"slack"})


def updated(channels: Mapping[str, ChannelSettings]) -> frozenset[str]:
    """Name the channels that hear of an alert's growth: those whose kind `has_updates`."""
    return frozenset(name for name, settings in channels.items() if settings.type in _UPDATED)


def edited(channels: Mapping[str, ChannelSettings]) -> frozenset[str]:
    """Name the channels whose messages change when somebody answers an alert."""
    return frozenset(name for name, settings in channels.items() if settings.type in _EDITED)


def build(name: str, settings: ChannelSettings, *, accounts: SlackAccounts | None = None) -> Channel:
    """Build a channel; nothing is connected or sent yet.

    Args:
        name: The channel's name in the configuration.
        settings: Its settings, which say its kind.
        accounts: What the channels of one token share; None where there is no other channel.

    Raises:
        WatcherError: The kind needs a package that is not installed, or cannot use these settings.
    """
    module, _, kind = _KINDS[settings.type].partition(":")
    shared = {"accounts": accounts} if settings.type in _METERED else {}
    channel: Channel = getattr(import_module(module), kind)(name, settings, **shared)
    return channel
