"""The lines that clicks come in by: for each Slack app of the configuration a socket or a signed endpoint.

In: the channels' settings and the desk. Out: tasks to run and a handler to serve. Called by `app`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from aiohttp import web

from watcher.chat.desk import Desk, Whisper, spoken
from watcher.chat.endpoint import App, make_handler
from watcher.chat.socket import SocketMode
from watcher.config.channels import SlackSettings
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.deliver.channels.slackapi import SlackApi
from watcher.errors import DeliveryError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What is heard: `sockets` by channel name, and `handler` for `POST /slack`, None without a signing secret."""

    sockets: Mapping[str, SocketMode]
    handler: Callable[[web.Request], Awaitable[web.Response]] | None
    apis: tuple[SlackApi, ...]

    async def close(self) -> None:
        """Close the connections."""
        for api in self.apis:
            await api.close()


def open_lines(channels: Mapping[str, object], desk: Desk, accounts: SlackAccounts) -> Lines:
    """Prepare to hear the Slack apps of a configuration, each once however many channels it has; nothing is opened yet."""
    apis: list[SlackApi] = []
    sockets: dict[str, SocketMode] = {}
    apps: dict[str, App] = {}
    known: set[str] = set()
    for name, settings in channels.items():
        if not isinstance(settings, SlackSettings) or not settings.hears_clicks:
            continue
        bot = _api(name, settings.token.get_secret_value(), settings, accounts)
        apis.append(bot)
        if settings.app_token is not None:
            token = settings.app_token.get_secret_value()
            if token not in known:
                known.add(token)
                app_api = _api(name, token, settings, accounts)
                apis.append(app_api)
                is_plain = settings.base_url.startswith("http://")
                sockets[name] = SocketMode(
                    name, app_api, desk, _whisper(bot, name), desk.clock, is_plain=is_plain
                )
        if settings.signing_secret is not None:
            secret = settings.signing_secret.get_secret_value()
            apps.setdefault(secret, App(secret=secret, whisper=_whisper(bot, name)))
    handler = make_handler(tuple(apps.values()), desk) if apps else None
    return Lines(sockets=sockets, handler=handler, apis=tuple(apis))


def _api(name: str, token: str, settings: SlackSettings, accounts: SlackAccounts) -> SlackApi:
    return SlackApi(name, token, settings.base_url, account=accounts.of(token))


def _whisper(api: SlackApi, name: str) -> Whisper:
    async def whisper(channel: str, user: str, text: str) -> None:
        said = {key: value for key, value in spoken(text).items() if key != "response_type"}
        try:
            await api.do("chat.postEphemeral", channel=channel, user=user, **said)
        except DeliveryError as error:
            log.warning("not_whispered", channel=name, error=error.detail)

    return whisper
