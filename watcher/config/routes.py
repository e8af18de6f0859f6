"""The sections that say where alerts go: `routes` and `inhibit`, their matchers and quiet hours.

Read by `models`; each gives itself as a value of the alert core, so that nothing further inside knows pydantic.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from watcher.alert import quiet
from watcher.alert.digest import Schedule
from watcher.alert.hold import Inhibition
from watcher.alert.matchers import Matchers
from watcher.alert.route import Route
from watcher.config.digests import schedule_of
from watcher.config.names import LanguageCode, Text
from watcher.config.section import LoadContext, Section
from watcher.types import Severity, Tlp

SeverityLabel = Literal["info", "low", "medium", "high", "critical"]
TlpLabel = Literal["clear", "green", "amber", "amber+strict", "red"]


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


ClockTime = Annotated[str, AfterValidator(_check_clock_time)]
ChannelName = Annotated[str, AfterValidator(_known_channel)]


class QuietHours(Section):
    """When a route holds its alerts back, and for which severities it does not."""

    from_: ClockTime = Field(validation_alias="from", serialization_alias="from")
    to: ClockTime
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"
    except_: list[SeverityLabel] = Field(
        default_factory=list, validation_alias="except", serialization_alias="except"
    )

    def hours(self) -> quiet.QuietHours:
        """Give them as the alert core knows them."""
        return quiet.QuietHours(
            begin=time.fromisoformat(self.from_),
            end=time.fromisoformat(self.to),
            timezone=ZoneInfo(self.timezone),
            exceptions=frozenset(Severity.parse(label) for label in self.except_),
        )


class AlertMatch(Section):
    """What an alert must be: every key that is given must hold, by any one of its values.

    `rule` takes ids and globs, `place` country codes (`TN`) or names of places.
    """

    severity: list[SeverityLabel] = Field(default_factory=list)
    tags: list[Text] = Field(default_factory=list)
    rule: list[Text] = Field(default_factory=list)
    place: list[Text] = Field(default_factory=list)
    language: list[LanguageCode] = Field(default_factory=list)
    feed_tag: list[Text] = Field(default_factory=list)
    tlp: list[TlpLabel] = Field(default_factory=list)

    def matchers(self) -> Matchers:
        """Give it as the alert core knows it."""
        return Matchers(
            severity=frozenset(Severity.parse(label) for label in self.severity),
            tags=frozenset(self.tags),
            rule=tuple(self.rule),
            place=frozenset(self.place),
            language=frozenset(self.language),
            feed_tag=frozenset(self.feed_tag),
            tlp=frozenset(Tlp.parse(label) for label in self.tlp),
        )


def _check_digest(text: str) -> str:
    schedule_of(text, "UTC")
    return text


DigestTime = Annotated[Text, AfterValidator(_check_digest)]


class DigestSettings(Section):
    """When a route's alerts are told together: a cron line in a time zone's clock, or an interval."""

    at: DigestTime
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"


def _written_short(value: Any) -> Any:
    """Read `digest: 2h` as `digest: {at: 2h}`."""
    return value if isinstance(value, dict | DigestSettings) or value is None else {"at": value}


Digesting = Annotated[
    DigestSettings, BeforeValidator(_written_short, json_schema_input_type=DigestTime | DigestSettings)
]


class RouteSettings(Section):
    """Which alerts go to which channels; the first route that fits wins, unless it says `continue: true`."""

    when: AlertMatch | None = None
    to: Annotated[list[ChannelName], Field(min_length=1)]
    continue_: bool = Field(default=False, validation_alias="continue", serialization_alias="continue")
    quiet_hours: QuietHours | None = None
    digest: Digesting | None = None

    def route(self) -> Route:
        """Give it as the alert core knows it."""
        return Route(
            to=tuple(self.to),
            when=self.when.matchers() if self.when is not None else Matchers(),
            is_continuing=self.continue_,
            quiet=self.quiet_hours.hours() if self.quiet_hours is not None else None,
            digest=self.schedule(),
        )

    def schedule(self) -> Schedule | None:
        """Give when its alerts are told together; None when each is told at once."""
        return schedule_of(self.digest.at, self.digest.timezone) if self.digest is not None else None


class InhibitSettings(Section):
    """An alert that `by` takes mutes those of the same story that `mutes` takes and that are less severe."""

    by: AlertMatch
    mutes: AlertMatch = Field(default_factory=AlertMatch)

    def inhibition(self) -> Inhibition:
        """Give it as the alert core knows it."""
        return Inhibition(by=self.by.matchers(), mutes=self.mutes.matchers())


def critical_mutes_lesser() -> list[InhibitSettings]:
    """Give what holds where the configuration says nothing: a critical alert mutes its story's lesser ones."""
    return [InhibitSettings(by=AlertMatch(severity=["critical"]))]
