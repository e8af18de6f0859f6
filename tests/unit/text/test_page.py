"""Pages: the words of a field, the same for a short text as inside a long one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.text.bulk import LONG
from watcher.text.fold import fold
from watcher.text.page import CAPITAL, SMALL, UNCASED, page_of

TEXTS = st.text(
    st.sampled_from("abÉßﬁ ,.-_١2حد国境ǅ\u0301\u0939\u093f\U0001d400\ud800  \n") | st.characters(),
    max_size=50,
)


def test_words_begin_small_with_a_capital_or_with_neither() -> None:
    page = page_of("body", fold("In Éire 3 towns, حدود 国境"))
    assert list(page.words) == ["in", "eire", "3", "towns", "حدود", "国", "境"]
    assert list(page.cases) == [CAPITAL, CAPITAL, UNCASED, SMALL, UNCASED, UNCASED, UNCASED]
    assert [page.gap(at) for at in range(7)] == ["\n", " ", " ", " ", ", ", " ", ""]
    assert list(page.marked) == [0, 1, 2, 4, 5, 6]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(TEXTS)
def test_a_long_text_is_cut_as_its_parts_are(text: str) -> None:
    """Long texts go by arrays, short ones do not: the results are the same."""
    alone, within = page_of("body", fold(f".{text}")), page_of("body", fold("a" * LONG + f".{text}"))
    assert list(within.words[1:]) == list(alone.words)
    assert list(within.cases[1:]) == list(alone.cases)
    assert [at - LONG for at in within.starts[1:]] == list(alone.starts)
    assert [at - LONG for at in within.ends[1:]] == list(alone.ends)


def test_all_occurrences_of_a_word_are_given() -> None:
    page = page_of("title", fold("Mont a mont, mont"))
    assert list(page.indices_of("mont")) == [0, 2, 3]
