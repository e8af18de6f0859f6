"""The main file (`config/watcher.yml`) as models: attribute names are its keys, defaults are what is left out.

`load` fills them, `app` reads them and hands plain values on; nothing further inside knows pydantic. Durations are
`timedelta`, sizes are bytes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from watcher import __version__
from watcher.config.address import AddressRange, Listen, check_proxy, parse_listen
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
from watcher.config.section import LoadContext, Secret, Section

__all__ = [
    "AppriseSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "EmailSettings",
    "IncludeSettings",
    "IntervalSettings",
    "LogSettings",
    "PerHostSettings",
    "PollingSettings",
    "QuietHours",
    "RetentionSettings",
    "RouteSettings",
    "RouteWhen",
    "Settings",
    "SlackSettings",
    "StoriesSettings",
    "TextSettings",
    "WebSettings",
    "WebhookSettings",
]

SeverityLabel = Literal["info", "low", "medium", "high", "critical"]
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def refuse_until_available(value: Any, info: ValidationInfo) -> Any:
    """Refuse, in a file, what the models know but this version does not do: to accept it would be to ignore it."""
    if value is not None and value is not False and isinstance(info.context, LoadContext):
        raise PydanticCustomError("not_yet", "this is not available yet")
    return value


def _known_channel(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, LoadContext) and name not in info.context.channels:
        raise PydanticCustomError(
            "unknown_name",
            'no channel is called "{name}"',
            {"name": name, "known": sorted(info.context.channels)},
        )
    return name


def _check_clock_time(text: str) -> str:
    hour, colon, minute = text.partition(":")
    if not (colon and len(text) == 5 and hour.isdecimal() and minute.isdecimal()):
        raise ValueError(f'"{text}" is not a time of day: write for example "22:00", in quotes')
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f'"{text}" is not a time of day')
    return text


def _check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # an unknown zone is a KeyError
        raise ValueError(f'"{name}" is not a known time zone: write for example Africa/Tunis') from error
    return name


def _check_database(url: str) -> str:
    if not url.startswith(_DATABASES) or url == "sqlite:///":
        raise ValueError("the database must be given as sqlite:///PATH or postgresql://USER@HOST/NAME")
    return url


def _check_queue(url: str) -> str:
    if not url.startswith(("nats://", "tls://")):
        raise ValueError("the queue must be null or nats://HOST:PORT")
    return url


ClockTime = Annotated[str, AfterValidator(_check_clock_time)]
ChannelName = Annotated[str, AfterValidator(_known_channel)]


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
    """Manners towards one host: requests at a time, and the least time between two of them."""

    concurrency: Annotated[int, Field(ge=1, le=100)] = 2
    min_delay: Delay = timedelta(seconds=1)


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


class StoriesSettings(Section):
    """Reports within `window` of each other can be of one story.

    `fold`: `copies` folds near-identical texts; `events` (on trial) also reports of one event in other words and other
    languages, and now and then two events that are told alike.
    """

    window: Duration = timedelta(hours=72)
    fold: Literal["copies", "events"] = "copies"


class RetentionSettings(Section):
    """How long items and alerts are kept."""

    items: Duration = timedelta(days=90)
    alerts: Duration = timedelta(days=2 * 365)


class QuietHours(Section):
    """When a route holds its alerts back, and for which severities it does not."""

    from_: ClockTime = Field(validation_alias="from", serialization_alias="from")
    to: ClockTime
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"
    except_: list[SeverityLabel] = Field(
        default_factory=list, validation_alias="except", serialization_alias="except"
    )


class RouteWhen(Section):
    """What an alert must be for a route: every key that is given must hold, by any one of its values."""

    severity: list[SeverityLabel] = Field(default_factory=list)
    tags: list[Text] = Field(default_factory=list)
    rule: list[Text] = Field(default_factory=list)


class RouteSettings(Section):
    """Which alerts go to which channels; the first route that fits wins, unless it says `continue: true`."""

    when: RouteWhen | None = None
    to: Annotated[list[ChannelName], Field(min_length=1)]
    continue_: bool = Field(default=False, validation_alias="continue", serialization_alias="continue")
    quiet_hours: QuietHours | None = None
    digest: Annotated[Text | None, AfterValidator(refuse_until_available)] = None


class WebSettings(Section):
    """The web port: health and metrics. `listen: null` opens none; `token` guards it."""

    listen: Listen | None = "127.0.0.1:8080"
    token: Secret | None = None

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
    stories: StoriesSettings = Field(default_factory=StoriesSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    channels: dict[ChannelKey, ChannelSettings] = Field(default_factory=_console_only)
    routes: list[RouteSettings] = Field(default_factory=list)
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
