"""Real feeds: parsing what is new equals parsing everything.

They are not part of the project; the tests skip where they are absent.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.support.documents import assert_equal, forgetful, poll, whole
from watcher.types import FullParse

FEEDS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
PATHS = sorted(FEEDS.glob("*.xml"))


@pytest.mark.skipif(not PATHS, reason=f"real feeds are not at {FEEDS}")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.name))
def test_any_share_of_new_entries_of_a_real_feed_is_parsed_as_in_the_whole(path: Path) -> None:
    body = path.read_bytes()
    full, first = whole(body), poll(body)
    assert first.full_parse in (FullParse.FIRST, FullParse.DAMAGED)
    assert_equal(first, full)
    chance = random.Random(path.name)
    for share in (0.0, 0.1, 0.6):
        found = poll(body, forgetful(first, chance, share))
        assert_equal(found, full)
        assert found.memory == first.memory


@pytest.mark.skipif(not PATHS, reason=f"real feeds are not at {FEEDS}")
def test_nearly_every_real_feed_can_be_taken_apart() -> None:
    reasons = Counter(poll(path.read_bytes()).full_parse for path in PATHS)
    assert reasons[FullParse.FIRST] >= 0.95 * len(PATHS), reasons
