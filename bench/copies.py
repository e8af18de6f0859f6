"""How well copies of one text are recognised: perturbed copies of real items, among all the others.

    python -m bench.copies

Each item of the feeds and articles beside the repository is put into the store as it is, and then in each of five
disguises. Right is a copy that is in the story of its original, wrong one that is in the story of another text. Items
that are themselves copies (the same opening) are left out, since nobody could say which of them a copy is of.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

from bench.report import Table
from bench.words import texts
from watcher.ingest.identity import digest
from watcher.storage.store import Transaction, open_store
from watcher.story.cluster import fold_into_story
from watcher.story.fingerprint import fingerprint
from watcher.types import Item

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = timedelta(hours=72)
ITEMS = 1_000
_SHORTEST = 30  # words: of less there is nothing to truncate or to reorder
_FILLER = "Read the full story in our app and subscribe to the morning letter of the desk"

Disguise = Callable[[str, random.Random], str]


def changed(text: str, made: random.Random) -> str:
    """Change one word in ten."""
    words = text.split()
    for place in made.sample(range(len(words)), len(words) // 10):
        words[place] = f"other{made.randrange(1000)}"
    return " ".join(words)


def prefixed(text: str, made: random.Random) -> str:
    return f"PARIS, {made.randrange(1, 29)} March ({made.choice(['Agency', 'Staff', 'Wire'])}) - {text}"


def suffixed(text: str, made: random.Random) -> str:
    return f"{text} {_FILLER} {made.randrange(1000)}."


def truncated(text: str, made: random.Random) -> str:
    words = text.split()
    return " ".join(words[: max(20, int(len(words) * made.uniform(0.5, 0.8)))]) + " …"


def reordered(text: str, made: random.Random) -> str:
    """Give the paragraphs, or the sentences of a single one, in another order."""
    mark = "\n\n" if "\n\n" in text else ("\n" if "\n" in text else ". ")
    parts = text.split(mark)
    made.shuffle(parts)
    return mark.join(parts)


DISGUISES: dict[str, Disguise] = {
    "10 % of words changed": changed,
    "prefix": prefixed,
    "suffix": suffixed,
    "truncated": truncated,
    "paragraphs reordered": reordered,
}


def run() -> Table:
    """Measure, for `make bench`."""
    table = Table(
        title="Copies of one text",
        columns=("copies", "items", "recall", "precision"),
        command="python -m bench.copies",
    )
    originals = pieces(ITEMS)
    with TemporaryDirectory(prefix="watcher-bench-") as folder:
        store = open_store(f"sqlite:///{folder}/copies.db")
        with store.write() as tx:
            stories = [fold(tx, number, title, body) for number, (title, body) in enumerate(originals)]
            number = len(originals)
            all_right = all_joined = 0
            for name, disguise in DISGUISES.items():
                right = joined = 0
                for place, (title, body) in enumerate(originals):
                    made = random.Random(number)
                    # Of a headline outlets change the marks around it; words only where the text has them changed too.
                    headline = changed(title, made) if disguise is changed else f"{title} - Outlet {number}"
                    story_id = fold(tx, number, headline, disguise(body, made))
                    number += 1
                    joined += story_id in stories
                    right += story_id == stories[place]
                all_right, all_joined = all_right + right, all_joined + joined
                _add(table, name, len(originals), right, joined)
        store.close()
    _add(table, "all", len(originals) * len(DISGUISES), all_right, all_joined)
    apart = len(set(stories)) / len(stories)
    table.note(f"Originals that kept a story of their own: {apart:.1%}. Targets: recall 0.98, precision 0.99")
    return table


def _add(table: Table, name: str, count: int, right: int, joined: int) -> None:
    table.add(name, f"{count:,}", f"{right / count:.3f}", f"{right / max(1, joined):.3f}")


def pieces(count: int) -> list[tuple[str, str]]:
    """Give real items with a text, no two of which begin alike."""
    found: dict[str, tuple[str, str]] = {}
    for title, body in texts(limit=20_000):
        if title and len(body.split()) >= _SHORTEST:
            found.setdefault(" ".join(body.split()[:8]).casefold(), (title, body))
    chosen = list(found.values())
    random.Random(0).shuffle(chosen)
    return chosen[:count]


def fold(tx: Transaction, number: int, title: str, body: str) -> str:
    """Put an item of an outlet of its own into the store; gives its story."""
    item = Item(
        feed_id=f"outlet-{number}",
        key=str(number),
        guid=None,
        url=None,
        title=title,
        summary=body,
        content="",
        seen_at=NOW,
        text_hash=digest(title, body),
    )
    item_id = tx.items.add([item])[item.key]
    # Copies alone: what folds events would bring them together too, and hide a copy that was missed.
    print_ = replace(fingerprint(item), traits=())
    decision = fold_into_story(tx, item_id, item, print_, now=NOW, window=WINDOW, folds_events=False)
    return str(decision.story_id)


if __name__ == "__main__":
    print(run())
