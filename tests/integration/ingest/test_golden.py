"""Documents of every format beside what the service sees in them.

`python -m tests.integration.ingest.test_golden` prints the present reading of a document, to be checked by eye.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watcher.ingest.parse import parse
from watcher.ingest.preview import preview
from watcher.types import Fetched

GOLDEN = Path(__file__).parent / "golden"
SEEN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def read(path: Path) -> dict[str, Any]:
    fetched = Fetched(
        feed_id="golden",
        url="https://served.example/feeds/f",
        status=200,
        headers={},
        body=path.read_bytes(),
        fetched_at=SEEN,
        elapsed=timedelta(0),
    )
    return preview(parse(fetched, seen_at=SEEN), fetched.url)


@pytest.mark.parametrize(
    "name", ["rss091.xml", "rss10.xml", "rss20.xml", "atom03.xml", "atom10.xml", "jsonfeed.json"]
)
def test_a_document_is_read_as_the_file_beside_it_says(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.expected.json").read_text("utf-8"))
    assert read(GOLDEN / name) == expected


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1])), ensure_ascii=False, indent=1))
