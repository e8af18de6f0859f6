"""The main file (`config/watcher.yml`) as models: attribute names are its keys, defaults are what is left out.

`load` fills them, `app` reads them and hands plain values on; nothing further inside knows pydantic. Durations are
`timedelta`, sizes are bytes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from watcher import __version__
from watcher.alert.digest import Budget
from watcher.alert.hold import House
from watcher.config.address import AddressRange, HttpUrl, Listen, check_proxy, parse_listen
from watcher.config.channels import (
    AppriseSettings,
    ChannelSettings,
    ConsoleSettings,
    EmailSettings,
    SlackSettings,
    WebhookSettings,
)
from watcher.config.names import ChannelKey, LanguageCode, Text, UserAgent
from watcher.config.quantity import Delay, Duration, Size
from watcher.config.routes import ChannelName, InhibitSettings, RouteSettings, critical_mutes_lesser
from watcher.config.section import Secret, Section, refuse_until_available
from watcher.types import Tlp

__all__ = [
    "AppriseSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "EmailSettings",
    "IncludeSettings",
    "InhibitSettings",
    "IntervalSettings",
    "LogSettings",
    "NoticesSettings",
    "PerHostSettings",
    "PollingSettings",
    "RetentionSettings",
    "RouteSettings",
    "Settings",
    "SlackSettings",
    "StoriesSettings",
    "TextSettings",
    "WebSettings",
    "WebhookSettings",
]

_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def _check_database(url: str) -> str:
    if not url.startswith(_DATABASES) or url == "sqlite:///":
        raise ValueError("the database must be given as sqlite:///PATH or postgresql://USER@HOST/NAME")
    return url


def _check_queue(url: str) -> str:
    if not url.startswith(("nats://", "tls://")):
        raise ValueError("the queue must be null or nats://HOST:PORT")
    return url


class IncludeSettings(Section):
    """Which other files belong to the configuration: paths and globs, relative to the main file's folder."""

    feeds: list[Text] = Field(default_factory=list)
    rules: list[Text] = Field(default_factory=list)
    lists: list[Text] = Field(default_factory=list)
    places: list[Text] = Field(default_factory=list)


class IntervalSettings(Section):
    """Time between two polls of one feed: `default` unless the feed says, always within `min` and `max`."""

    default: Duration = timedelta(minutes=15)
    min: Duration = timedelta(minutes=2)
    max: Duration = timedelta(hours=6)

    @model_validator(mode="after")
    def _is_ordered(self) -> IntervalSettings:
        if not self.min <= self.default <= self.max:
            raise ValueError("the interval must have min ≤ default ≤ max")
        return self


class PerHostSettings(Section):
    """Manners towards one registrable domain: requests at a time, and the least time between two of them.

    `rate_limit` says what is left alone when a server answers that we ask too often: the `feed`, its `host`, or all of
    its `domain`.
    """

    concurrency: Annotated[int, Field(ge=1, le=100)] = 2
    min_delay: Delay = timedelta(seconds=1)
    rate_limit: Literal["feed", "host", "domain"] = "host"


class PollingSettings(Section):
    """How feeds are fetched. `timeout` is for a whole request; `max_body` is in bytes, after decompression.

    `allow_addresses` are networks, addresses and host names of the user's own; `proxy` is the address of an HTTP
    proxy, or `environment` for what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.
    """

    interval: IntervalSettings = Field(default_factory=IntervalSettings)
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    per_host: PerHostSettings = Field(default_factory=PerHostSettings)
    timeout: Duration = timedelta(seconds=20)
    max_body: Size = 10 * 1024 * 1024
    allow_private_addresses: bool = False
    allow_addresses: list[AddressRange] = Field(default_factory=list)
    proxy: Secret | None = None
    user_agent: UserAgent = f"watcher/{__version__}"

    _proxy_is_usable = field_validator("proxy")(check_proxy)


class FullTextSettings(Section):
    """How the articles of feeds with `full_text: true` are fetched: at a time, tries each, and the size of a page."""

    concurrency: Annotated[int, Field(ge=1, le=100)] = 8
    attempts: Annotated[int, Field(ge=1, le=20)] = 4
    max_body: Size = 5 * 1024 * 1024


class StoriesSettings(Section):
    """Reports within `window` of each other can be of one story.

    `fold`: `events` folds reports of one event, in other words and other languages too; `copies` near-identical texts
    alone. `corroborated_by` so many independent publishers people are told that a story is corroborated: copies from one
    agency count once.
    """

    window: Duration = timedelta(hours=72)
    fold: Literal["copies", "events"] = "events"
    corroborated_by: int = Field(default=3, ge=2, le=100)


class RetentionSettings(Section):
    """How long items and alerts are kept."""

    items: Duration = timedelta(days=90)
    alerts: Duration = timedelta(days=2 * 365)


class NoticesSettings(Section):
    """Who hears of what keeps people from hearing.

    Trouble of a feed is told on the channels of the rules that read it, and on those of `to`. Trouble of the service is
    told on those of `to`, or, where none is named, on all that routes lead to. A feed must have failed for
    `failing_after`.
    """

    to: list[ChannelName] = Field(default_factory=list)
    failing_after: Duration = timedelta(hours=2)


class WebSettings(Section):
    """The web port: health and metrics. `listen: null` opens none; `token` guards the metrics.

    With an `api_token`, silences are listed, made and ended at `/api/v1/silences` by whoever has it.

    `public_url` is where it is reached from the internet, for the hubs that push feeds; without it there are no pushes.
    """

    listen: Listen | None = "127.0.0.1:8080"
    token: Secret | None = None
    api_token: Secret | None = None
    public_url: HttpUrl | None = None

    @model_validator(mode="after")
    def _public_url_leads_somewhere(self) -> WebSettings:
        if self.public_url is not None and self.listen is None:
            raise ValueError("public_url needs a web port: set listen, too")
        return self

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port to bind, None for no web port."""
        return parse_listen(self.listen) if self.listen is not None else None


class TextSettings(Section):
    """Trained spaCy pipelines by language, for those who installed some: `{en: en_core_web_sm}`."""

    models: dict[LanguageCode, Text] = Field(default_factory=dict)


class LogSettings(Section):
    """What the service says of itself on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


def _console_only() -> dict[str, ChannelSettings]:
    return {"console": ConsoleSettings()}


class Settings(Section):
    """The main file. A section that is left out, or left empty, has its defaults.

    Without `channels` alerts go to the console; without `routes` they go to every channel.
    """

    database: Annotated[str, AfterValidator(_check_database)] = "sqlite:///var/watcher.db"
    queue: Annotated[str, AfterValidator(_check_queue), AfterValidator(refuse_until_available)] | None = None
    include: IncludeSettings = Field(default_factory=IncludeSettings)
    polling: PollingSettings = Field(default_factory=PollingSettings)
    full_text: FullTextSettings = Field(default_factory=FullTextSettings)
    stories: StoriesSettings = Field(default_factory=StoriesSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    channels: dict[ChannelKey, ChannelSettings] = Field(default_factory=_console_only)
    routes: list[RouteSettings] = Field(default_factory=list)
    inhibit: list[InhibitSettings] = Field(default_factory=critical_mutes_lesser)
    notices: NoticesSettings = Field(default_factory=NoticesSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    text: TextSettings = Field(default_factory=TextSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    @model_validator(mode="before")
    @classmethod
    def _route_to_every_channel(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("routes") is not None:
            return data
        channels = data.get("channels")
        names = list(channels) if isinstance(channels, dict) else ["console"]
        return data | {"routes": [{"to": names}] if names else []}

    @field_validator("channels")
    @classmethod
    def _falls_back_to_another(cls, channels: dict[str, ChannelSettings]) -> dict[str, ChannelSettings]:
        for name, channel in channels.items():
            fallback = channel.fallback.to if channel.fallback is not None else None
            if fallback == name:
                raise ValueError(f'the channel "{name}" falls back to itself: name another one')
            if fallback in channels and _ceiling(channels[fallback]) < _ceiling(channel):
                # What may be told here must never leave by way of a channel that may not be told it.
                raise ValueError(
                    f'"{name}" may be told what its fallback "{fallback}" may not: give both one max_tlp'
                )
        return channels

    def house(self) -> House:
        """Give what holds for all routes, as the alert core knows it."""
        ceilings = {name: channel.max_tlp for name, channel in self.channels.items()}
        return House(
            inhibitions=tuple(one.inhibition() for one in self.inhibit),
            ceilings={name: Tlp.parse(label) for name, label in ceilings.items() if label is not None},
        )

    def budgets(self) -> dict[str, Budget]:
        """Give the budgets of the channels that have one."""
        return {name: one.budget.budget() for name, one in self.channels.items() if one.budget is not None}


def _ceiling(channel: ChannelSettings) -> Tlp:
    return Tlp.parse(channel.max_tlp) if channel.max_tlp is not None else Tlp.RED
