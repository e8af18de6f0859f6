"""`watcher status`: how feeds, alerts and deliveries stand, from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import typer

from watcher.cli.article_standing import ArticleStanding
from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import console, print_json, rows, table
from watcher.cli.stored import clock_time, moment, opened
from watcher.cli.subscriptions import show_subscriptions, subscription_to_json
from watcher.clock import SystemClock
from watcher.ingest.mask import masked
from watcher.types import FeedState, FetchProblem, Trouble

app = typer.Typer()

_RECENT = timedelta(days=1)
"""What ended so long ago is still shown."""


@app.command()
def status(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Show how feeds, alerts and deliveries stand, and what keeps people from hearing."""
    with opened(config) as (_, store), store.read() as tx:
        feeds = tx.feeds.all()
        items = tx.items.counts_by_feed()
        alerts = tx.alerts.count()
        deliveries = tx.deliveries.counts()
        problems = tx.problems.all()
        troubles = tx.troubles.since(SystemClock().now() - _RECENT)
        subscriptions = tx.subscriptions.all()
        articles = ArticleStanding(counts=tx.articles.counts(), troubles=tx.articles.troubles())
    states = [state for state, _ in feeds]
    if json:
        print_json(
            {
                "feeds": [
                    _feed(state, title, items.get(state.feed_id, 0))
                    | {"failed_polls": _by_class(problems.get(state.feed_id, {}))}
                    for state, title in feeds
                ],
                "articles": articles.to_json(),
                "subscriptions": [subscription_to_json(one) for one in subscriptions],
                "items": sum(items.values()),
                "alerts": alerts,
                "deliveries": [
                    {"channel": channel, "state": state.value, "count": count}
                    for (channel, state), count in sorted(deliveries.items())
                ],
                "troubles": [_trouble(trouble) for trouble in troubles],
            }
        )
        return
    out = console()
    totals = Counter(_health(state) for state in states)
    counted = ", ".join(f"{count} {health}" for health, count in totals.items())
    out.print(f"{len(feeds)} feeds ({counted}), {sum(items.values())} items, {alerts} alerts")
    classes = sum((Counter(counts) for counts in problems.values()), Counter[FetchProblem]())
    if classes:
        listed = ", ".join(f"{count} {problem}" for problem, count in classes.most_common())
        out.print(f"failed polls so far: {listed}")
    troubled = table("feed", "problem", "since", "failures", "next poll", "detail")
    rows(
        troubled,
        (
            (
                s.feed_id,
                s.problem,
                clock_time(s.problem_since),
                s.failures,
                clock_time(s.due_at),
                s.problem_detail,
            )
            for s in states
            if s.problem is not None
        ),
    )
    if troubled.row_count:
        out.print(troubled)
    lost = table("trouble", "of", "since", "until", "why")
    rows(
        lost,
        ((t.kind, t.subject, clock_time(t.started_at), clock_time(t.ended_at), t.reason) for t in troubles),
    )
    if lost.row_count:
        out.print(lost)
    articles.show()
    show_subscriptions(subscriptions)
    sent = table("channel", "state", "deliveries")
    rows(sent, ((channel, state, count) for (channel, state), count in sorted(deliveries.items())))
    if sent.row_count:
        out.print(sent)


def _by_class(counts: Mapping[FetchProblem, int]) -> dict[str, int]:
    return {problem.value: count for problem, count in sorted(counts.items())}


def _health(state: FeedState) -> str:
    if state.problem is FetchProblem.GONE and state.failures > 1:
        return "retired"
    if state.failures:
        return "failing"
    if state.last_poll_at is None:
        return "not polled yet"
    if state.problem is FetchProblem.RATE_LIMITED:
        return "asked to wait"
    return "fine" if state.problem is None else "damaged"


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {
        "kind": trouble.kind.value,
        "of": trouble.subject or None,
        "since": moment(trouble.started_at),
        "until": moment(trouble.ended_at),
        "reason": trouble.reason,
        "told_at": moment(trouble.told_at),
    }


def _feed(state: FeedState, title: str | None, items: int) -> dict[str, Any]:
    return {
        "id": state.feed_id,
        "title": title,
        "url": masked(state.url),
        "health": _health(state),
        "items": items,
        "due_at": moment(state.due_at),
        "last_poll_at": moment(state.last_poll_at),
        "last_success_at": moment(state.last_success_at),
        "last_new_item_at": moment(state.last_new_item_at),
        "failures": state.failures,
        "problem": state.problem.value if state.problem else None,
        "problem_detail": state.problem_detail,
        "problem_since": moment(state.problem_since),
        "troubles": sorted(state.troubles),
        "silent_after": moment(state.silent_after),
    }
