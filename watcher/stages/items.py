"""The stages that store what a poll brought: items, what the rules say of them, articles to fetch."""

from __future__ import annotations

from dataclasses import replace

from watcher.alert import policy
from watcher.stages.poll import Context, Entry, Poll
from watcher.storage.store import Transaction
from watcher.types import Match, MatchOutcome


def keep_items(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Store new items and edits; old ones go by the id that they now have."""
    by_key = {item.key: item for item in poll.parsed.items} if poll.parsed else {}
    for key, old in poll.found.rebound.items():
        tx.items.rebind(old.item_id, by_key[key])
    new_ids = tx.items.add([entry.analysed.item for entry in poll.entries if entry.known is None])
    entries = []
    for entry in poll.entries:
        item = entry.analysed.item
        if entry.known is None:
            entries.append(replace(entry, item_id=new_ids[item.key]))
        else:
            tx.items.edit(entry.known.item_id, item, at=poll.now)
            before = tx.items.matched_rules(entry.known.item_id)
            entries.append(replace(entry, item_id=entry.known.item_id, matched_before=before))
    return replace(poll, entries=tuple(entries))


def keep_matches(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Store what the rules say of the items."""
    tx.items.save_matches([(entry.item_id, _new_matches(poll, entry)) for entry in poll.entries], at=poll.now)
    for entry in poll.entries:
        if entry.ended:
            tx.items.withdraw_matches(entry.item_id, entry.ended, at=poll.now)
    return poll


def _new_matches(poll: Poll, entry: Entry) -> list[tuple[Match, MatchOutcome]]:
    # What was held back when it first matched stays so: an edit does not make an archive item news.
    return [
        (match, policy.outcome_of(match, is_archive=poll.is_archive))
        for match in entry.analysed.matches
        if match.rule not in entry.matched_before
    ]


def queue_articles(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Let the articles of new and edited items be fetched, where the feed asks for that; an archive's are not."""
    if poll.feed.full_text and not poll.is_archive:
        items = [(entry.item_id, entry.analysed.item) for entry in poll.entries]
        urls = {item_id: item.url for item_id, item in items if item.url and not item.is_url_shared}
        tx.articles.queue(poll.feed.id, urls, now=poll.now)
    return poll
