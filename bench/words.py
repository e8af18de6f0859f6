"""Counts how common words are in the news, for `watcher/story/data/words.txt`: `python -m bench.fit_stories --words`.

From the feeds and articles beside the repository, neither of which has the labelled stories in it. Only counts of stems
are kept, and only of those in at least three pieces.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import feedparser

from bench.stories import DATA
from watcher.ingest.plaintext import Markup, plain_text
from watcher.story.traits import lead_stems

_FEWEST = 3
TARGET = Path(str(files("watcher.story"))) / "data" / "words.txt"
HEADER = """\
# In how many pieces of news each stem was; `*` is how many there were. Written by `python -m bench.fit_stories --words`.
"""


def write_words() -> None:
    """Write the table anew."""
    counts: Counter[str] = Counter()
    pieces = dict(texts())
    for title, body in pieces.items():
        counts.update(set(lead_stems(title, body)))
    kept = sorted((stem, count) for stem, count in counts.items() if count >= _FEWEST and stem.isalpha())
    lines = [f"{stem} {count}\n" for stem, count in kept]
    TARGET.write_text(HEADER + f"* {len(pieces)}\n" + "".join(lines), encoding="utf-8")


def texts(*, limit: int = 1_000) -> Iterator[tuple[str, str]]:
    """Give headline and text of each piece of news, the text up to so many characters."""
    for path in sorted((DATA / "feeds").glob("*.xml")):
        for entry in feedparser.parse(io.BytesIO(path.read_bytes())).entries:
            yield _plain(entry.get("title"), limit), _plain(_longest(entry), limit)
    for line in (DATA / "places.jsonl").read_text("utf-8").rstrip().split("\n"):
        article = json.loads(line)
        yield article["title"], article["body"][:limit]


def _longest(entry: Mapping[str, Any]) -> str:
    contents = [part.get("value") or "" for part in entry.get("content", ())]
    return max([*contents, entry.get("summary") or ""], key=len)


def _plain(markup: str | None, limit: int) -> str:
    return plain_text(Markup(text=markup or ""), limit=limit)
