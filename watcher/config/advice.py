"""What is allowed but probably not meant: warnings about the main file and the feeds; and pipelines that are not installed.

`load` adds them.

Warnings about rules and lists come from `match`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.config.complaint import closest
from watcher.config.models import PollingSettings, Settings
from watcher.config.placed import Placed
from watcher.config.quantity import format_duration
from watcher.config.source import Source
from watcher.errors import Problem
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.match.syntax import Rule


def advise(
    main: Source, settings: Settings, feeds: Sequence[Placed[Feed]], rules: Sequence[Placed[Rule]]
) -> Iterator[Problem]:
    """Give the warnings about a configuration that is otherwise right, and an error for each pipeline that is not there.

    Args:
        main: the main file, for places.
        settings: what it says.
        feeds: all feeds.
        rules: all rules.
    """
    yield from _about_pipelines(main, settings)
    yield from _about_feeds(settings, feeds)
    yield from _about_addresses(settings, feeds)
    yield from _about_latency(settings, rules)
    yield from _about_routes(main, settings, [rule.value for rule in rules])
    for key, values in (("feeds", feeds), ("rules", rules)):
        if not values:
            message = f"there are no {key}: the service will have nothing to do"
            yield main.problem(("include", key), message, is_warning=True)


def _about_pipelines(main: Source, settings: Settings) -> Iterator[Problem]:
    from watcher.text.pipelines import is_installed

    for language, name in settings.text.models.items():
        if not is_installed(name):
            hint = f"install it with `python -m spacy download {name}`, or name the folder of a saved one"
            where = ("text", "models", language)
            yield main.problem(where, f'there is no spaCy pipeline "{name}"', suggestion=hint)


def _about_feeds(settings: Settings, feeds: Sequence[Placed[Feed]]) -> Iterator[Problem]:
    limits = settings.polling.interval
    first: dict[str, Placed[Feed]] = {}
    for feed in feeds:
        before = first.setdefault(feed.value.url, feed)
        if before is not feed:
            message = f'the feed "{before.value.id}" has the same address'
            yield feed.problem(message, at=("url",), is_warning=True)
        interval = feed.value.interval
        if interval is not None and not limits.min <= interval <= limits.max:
            message = (
                f"the interval {format_duration(interval)} is outside of polling.interval "
                f"({format_duration(limits.min)} to {format_duration(limits.max)}), which wins"
            )
            yield feed.problem(message, at=("interval",), is_warning=True)


def refused_address(url: str, polling: PollingSettings) -> str | None:
    """Say why polls will refuse an address that is written out as one; None for names: where those lead shows later."""
    host = urlsplit(url).hostname or ""
    if not (host == "localhost" or ":" in host or host[-1:].isdigit()):
        return None
    from watcher.ingest.guard import Allowance, literal_address  # brings the HTTP client along

    address = literal_address("127.0.0.1" if host == "localhost" else host)
    allowance = Allowance.of(polling.allow_addresses, is_private_allowed=polling.allow_private_addresses)
    reason = allowance.refusal(address, host) if address is not None else None
    return f"polls will refuse {host}: it is {reason}" if reason else None


def _about_addresses(settings: Settings, feeds: Sequence[Placed[Feed]]) -> Iterator[Problem]:
    hint = "if it is yours, name it in polling.allow_addresses"
    for feed in feeds:
        message = refused_address(feed.value.url, settings.polling)
        if message is not None:
            yield feed.problem(message, at=("url",), suggestion=hint, is_warning=True)


def _about_latency(settings: Settings, rules: Sequence[Placed[Rule]]) -> Iterator[Problem]:
    least = settings.polling.interval.min
    for rule in rules:
        latency = rule.value.latency
        if latency is not None and latency < least:
            message = (
                f"the latency {format_duration(latency)} is below polling.interval.min "
                f"({format_duration(least)}), which wins"
            )
            yield rule.problem(message, at=("latency",), is_warning=True)


def _about_routes(main: Source, settings: Settings, rules: Sequence[Rule]) -> Iterator[Problem]:
    used = set(chain.from_iterable(route.to for route in settings.routes)) | set(settings.notices.to)
    used |= {one.fallback.to for one in settings.channels.values() if one.fallback is not None}
    for name in settings.channels:
        if name not in used:
            message = f'nothing leads to the channel "{name}": no route, fallback or notice names it'
            yield main.problem(("channels", name), message, is_warning=True, key=True)
    ids = [rule.id for rule in rules]
    tags = sorted({tag for rule in rules for tag in rule.tags})
    for index, route in enumerate(settings.routes):
        if route.when is None:
            if not route.continue_ and index + 1 < len(settings.routes):
                message = "this route takes every alert: those below it are never reached"
                yield main.problem(("routes", index), message, is_warning=True)
            continue
        for place, name in enumerate(route.when.rule):
            if not any(fnmatchcase(rule, name) for rule in ids):
                where = ("routes", index, "when", "rule", place)
                yield main.problem(
                    where, f'no rule is called "{name}"', suggestion=closest(name, ids), is_warning=True
                )
        for place, tag in enumerate(route.when.tags):
            if tag not in tags:
                where = ("routes", index, "when", "tags", place)
                yield main.problem(
                    where, f'no rule has the tag "{tag}"', suggestion=closest(tag, tags), is_warning=True
                )
