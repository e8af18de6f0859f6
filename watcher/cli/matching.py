"""The options by which commands say which alerts they mean, spelled as the matchers of a route.

In go the texts of the options, out come `Matchers`; a word that no alert can have ends the command with 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from watcher.cli.output import plain

if TYPE_CHECKING:
    from watcher.alert.matchers import Matchers
    from watcher.config.load import Config
    from watcher.types import Severity, Tlp

Label = TypeVar("Label", "Severity", "Tlp")

Severities = Annotated[list[str] | None, typer.Option("--severity", help="Alerts of this severity.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Alerts of rules with this tag.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", help="Alerts of this rule; also a glob.")]
Places = Annotated[
    list[str] | None, typer.Option("--place", help="Alerts that name this place, or a country by its code.")
]
Languages = Annotated[list[str] | None, typer.Option("--language", help="Alerts in this language.")]
FeedTags = Annotated[list[str] | None, typer.Option("--feed-tag", help="Alerts from feeds with this tag.")]
Marks = Annotated[list[str] | None, typer.Option("--tlp", help="Alerts with this TLP mark.")]
Stories = Annotated[list[str] | None, typer.Option("--story", help="This alert, or this story.")]


def warn_of_unknown(config: Config, when: Matchers) -> None:
    """Say that no rule of the configuration has a name or tag that was given: a slip would match nothing."""
    from fnmatch import fnmatchcase

    from watcher.config.complaint import closest

    ids, tags = (
        [rule.id for rule in config.rules],
        sorted({tag for rule in config.rules for tag in rule.tags}),
    )
    for name in when.rule:
        if not any(fnmatchcase(one, name) for one in ids):
            _warn(f'no rule is called "{name}"', closest(name, ids))
    for tag in sorted(when.tags - set(tags)):
        _warn(f'no rule has the tag "{tag}"', closest(tag, tags))


def _warn(message: str, hint: str | None) -> None:
    typer.echo(f"watcher: warning: {plain(message)}" + (f" ({hint})" if hint else ""), err=True)


def read_matchers(
    *,
    severities: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
    rules: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    feed_tags: Sequence[str] | None = None,
    marks: Sequence[str] | None = None,
    stories: Sequence[str] | None = None,
) -> Matchers:
    """Read what the options above were given.

    Raises:
        typer.BadParameter: a severity or mark that does not exist.
    """
    from watcher.alert.matchers import Matchers
    from watcher.types import Severity, Tlp

    return Matchers(
        severity=frozenset(_parsed(Severity, text, "--severity") for text in severities or ()),
        tags=frozenset(tags or ()),
        rule=tuple(rules or ()),
        place=frozenset(places or ()),
        language=frozenset(languages or ()),
        feed_tag=frozenset(feed_tags or ()),
        tlp=frozenset(_parsed(Tlp, text, "--tlp") for text in marks or ()),
        story=frozenset(stories or ()),
    )


def parse_severity(text: str) -> Severity:
    """Read one severity."""
    from watcher.types import Severity

    return _parsed(Severity, text, "--severity")


def parse_tlp(text: str) -> Tlp:
    """Read one TLP mark."""
    from watcher.types import Tlp

    return _parsed(Tlp, text, "--tlp")


def _parsed(kind: type[Label], text: str, option: str) -> Label:
    try:
        return kind.parse(text)
    except KeyError as error:
        known = ", ".join(one.label for one in kind)
        raise typer.BadParameter(f"{text!r} is none of {known}", param_hint=option) from error
