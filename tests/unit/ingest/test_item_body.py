"""What rules read of an item whose article is known."""

from __future__ import annotations

import pytest

from tests.support import samples


@pytest.mark.parametrize(
    ("summary", "content", "article", "body"),
    [
        ("short", "", "", "short"),
        ("short", "longer content", "", "longer content"),
        ("The road is closed.", "", "The road is closed. Shops too.", "The road is closed. Shops too."),
        ("The road is clo …", "", "The road is closed. Shops too.", "The road is closed. Shops too."),
        ("The road is clo [...]", "", "The road is closed. Shops too.", "The road is closed. Shops too."),
        ("Gunmen seen", "", "The road is closed.", "Gunmen seen\n\nThe road is closed."),
        ("a", "The whole text of the feed.", "A teaser.", "The whole text of the feed."),
    ],
)
def test_the_longest_is_read_and_nothing_of_the_feeds_own_words_is_lost(
    summary: str, content: str, article: str, body: str
) -> None:
    assert samples.item(summary=summary, content=content, article=article).body == body
