"""Alerts as HTML mail: one column that fits a narrow phone, styles inline because mail programs drop the rest.

In: a `Card` or `DigestCard`. Out: a page. Called by the email channel; the template escapes everything it is given.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from watcher.alert.card import Card
from watcher.alert.digest import DigestCard
from watcher.alert.render import (
    details,
    found_in,
    group_title,
    moment,
    more_alerts,
    sources_heading,
    standing,
    summary,
)
from watcher.types import Severity

_COLOURS = {
    Severity.INFO: "#5b6472",
    Severity.LOW: "#1a5fb4",
    Severity.MEDIUM: "#8a6d00",
    Severity.HIGH: "#c64600",
    Severity.CRITICAL: "#c01c28",
}


def html(card: Card, *, news: str | None = None) -> str:
    """Lay an alert out as an HTML page, below what is new of it."""
    return _template("alert.html").render(
        card=card,
        news=news,
        colour=_COLOURS[card.severity],
        direction="rtl" if card.is_right_to_left else "auto",
        summary=summary(card),
        found_in=found_in(card),
        sources_heading=sources_heading(card),
        details=details(card),
    )


def digest_html(digest: DigestCard) -> str:
    """Lay a digest out as an HTML page."""
    return _template("digest.html").render(
        digest=digest,
        colour=_COLOURS[digest.severity],
        colours=_COLOURS,
        group_title=group_title,
        more_alerts=more_alerts,
        standing=standing,
    )


@cache
def _template(name: str) -> Template:
    loader = PackageLoader("watcher.deliver.channels")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters["moment"] = moment
    return environment.get_template(name)
