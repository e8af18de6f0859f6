"""What `/watcher` can do, each command a function from the store or a text to lines for the person who asked.

Called by `desk`, off the event loop where the store is read.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from watcher.alert.hold import Silence
from watcher.alert.inert import cut, inert
from watcher.alert.matchers import Matchers
from watcher.config.complaint import closest
from watcher.config.quantity import parse_duration
from watcher.silencing import silence
from watcher.storage.store import Store
from watcher.types import Analysed

HELP = """/watcher status – how feeds, alerts and deliveries stand
/watcher silence RULE 8h why – silence a rule (its id, or a glob) for a while
/watcher silences – what is silenced
/watcher split ALERT ITEM … – items that are of another story get one of their own
/watcher merge ALERT OTHER – two alerts are of one story
/watcher try TEXT – which rules hold on a text
/watcher help – this"""

_MOST = 12
_WORD = 60
_LONGEST = timedelta(days=30)


def status(store: Store, now: datetime) -> str:
    """Say how the service stands."""
    with store.read() as tx:
        feeds = [state for state, _ in tx.feeds.all()]
        alerts = tx.alerts.count()
        counts = tx.deliveries.counts()
        silenced = len(tx.silences.active(now))
    failing = sum(bool(state.failures) for state in feeds)
    states: Counter[str] = Counter()
    for (_, state), count in counts.items():
        states[state.value] += count
    sent = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
    return (
        f"{len(feeds)} feeds, {failing} failing\n{alerts} alerts\ndeliveries: {sent}\n"
        f"{silenced} silences hold"
    )


def silences(store: Store, now: datetime) -> str:
    """Say what is silenced."""
    with store.read() as tx:
        active = list(tx.silences.active(now))
    lines = [_said(one) for one in active[:_MOST]]
    if len(active) > _MOST:
        lines.append(f"and {len(active) - _MOST} more")
    return "\n".join(lines) or "Nothing is silenced."


def silence_rule(store: Store, words: str, *, rules: frozenset[str], by: str, now: datetime) -> str:
    """Silence a rule as `RULE 8h why` asks."""
    rule, _, rest = words.partition(" ")
    length, _, comment = rest.strip().partition(" ")
    rule = cut(inert(rule), _WORD)
    if not any(fnmatchcase(one, rule) for one in rules):
        hint = closest(rule, sorted(rules))
        return f"No rule is called “{rule}”" + (f" ({hint})" if hint else "") + "."
    try:
        duration = parse_duration(length)
    except ValueError:
        return f"For how long? /watcher silence {rule} 8h"
    if not timedelta() < duration <= _LONGEST:
        return "A silence lasts up to 30 days."
    with store.write() as tx:
        made = silence(
            tx,
            Matchers(rule=(rule,)),
            ends_at=now + duration,
            author=by,
            comment=cut(inert(comment), 300),
            now=now,
        )
    return f"{made.silence.id}: {rule} is silent until {made.silence.ends_at:%Y-%m-%d %H:%M} UTC."


def tried(analysed: Analysed) -> str:
    """Say which rules hold on a text, and on what words."""
    if analysed.problem is not None:
        return "The text could not be analysed."
    if not analysed.matches:
        return f"No rule holds on this text (language: {analysed.language})."
    lines = [f"language: {analysed.language}"]
    for match in analysed.matches[:_MOST]:
        words = dict.fromkeys(cut(inert(one.text), _WORD) for one in match.evidence)
        lines.append(f"{match.rule} ({match.severity.label}): {', '.join(list(words)[:_MOST])}")
    return "\n".join(lines)


def _said(one: Silence) -> str:
    parts = [
        f"{name} {' or '.join(sorted(values))}"
        for name in ("rule", "place", "tags", "language", "feed_tag", "story")
        if (values := getattr(one.when, name))
    ]
    what = cut(inert(", ".join(parts)), 200) or "alerts"
    why = f" ({cut(inert(one.comment), 120)})" if one.comment else ""
    return f"{one.id}: {what} until {one.ends_at:%Y-%m-%d %H:%M} UTC, by {cut(inert(one.author), _WORD)}{why}"
