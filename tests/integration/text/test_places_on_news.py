"""Places on annotated news articles: the countries found are those that the articles name."""

import json

import pytest

from bench.places import CORPORA, DATA, countries, weigh
from watcher.text.gazetteer import Gazetteer
from watcher.text.places import PlaceFinder

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the annotated articles are not at {DATA}")


@pytest.mark.parametrize(("corpus", "least"), [("TR-News", 0.92), ("LGL", 0.86)])
def test_the_countries_of_articles_are_found(corpus: str, least: float) -> None:
    finder = PlaceFinder(Gazetteer.load())
    lines = [line for line in DATA.read_text(encoding="utf-8").split("\n") if line]
    articles = [article for article in map(json.loads, lines) if article["id"].startswith(CORPORA[corpus])]
    sets = [(countries(weigh(article, finder)), set(article["countries"])) for article in articles]
    right = sum(len(found & gold) for found, gold in sets)
    both = sum(len(found) + len(gold) for found, gold in sets)
    assert 2 * right / both >= least
