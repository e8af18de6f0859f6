"""Words and sentences: exact offsets, in every language, for texts of any size and shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.text.tokens import PipelineMissingError, Tokenizer, Words

TOKENIZER = Tokenizer()


def words_of(text: str, language: str) -> list[str]:
    found = TOKENIZER.words(text, language)
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


def sentences_of(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in TOKENIZER.words(text, language).sentences]


def test_words_have_a_letter_or_a_digit() -> None:
    assert words_of("Yes -- 3 men (armed), he said …", "en") == ["Yes", "3", "men", "armed", "he", "said"]


def test_french_elisions_are_words_of_their_own() -> None:
    assert words_of("L'armée d'Algérie", "fr") == ["L'", "armée", "d'", "Algérie"]


def test_arabic_words_are_found_without_their_punctuation() -> None:
    assert words_of("هل عبر المسلحون؟ نعم، أمس.", "ar") == ["هل", "عبر", "المسلحون", "نعم", "أمس"]


def test_an_unknown_language_is_split_all_the_same() -> None:
    assert words_of("Aha, ndiyo.", "und") == ["Aha", "ndiyo"]
    assert words_of("Aha, ndiyo.", "../../etc") == ["Aha", "ndiyo"]


def test_a_language_whose_splitter_is_not_installed_falls_back() -> None:
    assert words_of("警察 発表", "ja") == ["警察", "発表"]


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        (
            "He left. She stayed! Why? Nobody knows",
            "en",
            ["He left. ", "She stayed! ", "Why? ", "Nobody knows"],
        ),
        (
            "Troops of the U.S. left on Monday. Dr. Smith stayed.",
            "en",
            ["Troops of the U.S. left on Monday. ", "Dr. Smith stayed."],
        ),
        ('"Go home!" he said. "Now."', "en", ['"Go home!" ', "he said. ", '"Now."']),
        ("Paris warns\nTroops move\n\nEnd", "en", ["Paris warns\n", "Troops move\n\n", "End"]),
        ("هل عبروا؟ لا. انتهى", "ar", ["هل عبروا؟ ", "لا. ", "انتهى"]),
        ("یہ خبر ہے۔ دوسری خبر", "ur", ["یہ خبر ہے۔ ", "دوسری خبر"]),
        ("...", "en", ["..."]),
    ],
)
def test_sentences_end_at_stops_and_line_ends(text: str, language: str, sentences: list[str]) -> None:
    assert sentences_of(text, language) == sentences


def test_lone_surrogates_do_no_harm() -> None:
    found = TOKENIZER.words("Two\ud83d men. \udfff One", "en")
    assert found.sentences == ((0, 10), (10, 15))
    assert found.index_at(12) == 2


def test_an_empty_text_has_neither_words_nor_sentences() -> None:
    assert TOKENIZER.words("", "en") == Words(starts=(), ends=(), sentences=())


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    st.text(st.characters() | st.sampled_from("\ud800\udfff. \n"), max_size=120),
    st.sampled_from(["en", "fr", "ar", "und"]),
)
def test_words_are_in_order_and_sentences_cover_the_text(text: str, language: str) -> None:
    found = TOKENIZER.words(text, language)
    edges = [edge for pair in zip(found.starts, found.ends, strict=True) for edge in pair]
    assert edges == sorted(edges)
    assert all(
        any(char.isalnum() for char in text[s:e]) for s, e in zip(found.starts, found.ends, strict=True)
    )
    assert "".join(text[start:end] for start, end in found.sentences) == text


@pytest.mark.parametrize("text", ["a" * 1_200_000, "(" * 60_000, "word " * 30_000, "a.b/" * 20_000])
def test_long_texts_are_split_whole(text: str) -> None:
    """spaCy refuses texts over a million characters and takes the square of the length of a run of brackets."""
    found = TOKENIZER.words(text, "en")
    assert found.sentences[0][0] == 0
    assert found.sentences[-1][1] == len(text)
    if text.startswith("word"):
        assert len(found.starts) == 30_000


def test_the_word_at_an_offset_is_the_one_that_holds_or_follows_it() -> None:
    found = TOKENIZER.words("one, two", "en")
    assert [found.index_at(offset) for offset in (0, 2, 3, 4, 5, 7, 8, 99)] == [0, 0, 1, 1, 1, 1, 2, 2]


def test_the_sentence_at_an_offset_is_found() -> None:
    found = TOKENIZER.words("One. Two.", "en")
    assert [found.sentence_at(offset) for offset in (0, 4, 5, 99)] == [0, 0, 1, 1]


def test_a_pipeline_that_is_not_installed_is_an_error_that_says_how_to_install_it() -> None:
    with pytest.raises(PipelineMissingError, match="python -m spacy download xx_no_such_pipeline") as caught:
        Tokenizer({"en": "xx_no_such_pipeline"}).words("Text", "en")
    assert caught.value.language == "en"
