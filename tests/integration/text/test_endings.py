"""What is told of a chunk by its end alone is what spaCy makes of the whole chunk, in every language."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.text.passages import Passages
from watcher.text.tokens import Tokenizer

LANGUAGES = [
    "en",
    "fr",
    "ar",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "ru",
    "pl",
    "tr",
    "el",
    "fa",
    "he",
    "da",
    "id",
    "sl",
    "und",
]

# Words that one language or another splits, joins or abbreviates; of all scripts that the languages are written in.
_WORDS = """
abandoned id Id cannot gonna etc Inc Mr XIV IV U.S e.g p.m 8a.m J.-C Node.js www.bbc.co.uk https://a.be/c?d=1.b aujourd'hui l'armée
don’t they're Britain's peut-être rendez-vous new-subtract a-b-c 12 31 2024 3.5 1.500,75 10.0.0.1 192.168.0.12 1.2.2024 12:30 4-2
$5.2 €7 5km 3.5km 10°C 25% x2 2x F16 (b R&D user_name me@x.org #tag ... -- e\u0301te\u0301 école ÉCOLE Zürich straße ﬁn ªº
حدود عبر كم Ташкент т.ч Αθήνα Ν שלום हिन्दी ١٢ ２０ 中文 日本 İstanbul ǅungla foo\ud800 z\u200bz 😀 mañana dell'Est piú Art ul nr św 1980's
"""
WORDS = _WORDS.split()
_TAILS = """
. ? ! … .. ... ?! ؟ ۔ । ,. ;. .) ). .” ”. ." ". .' '. .’ ’. ’s. .) !) ?” …” .» ». .] ]. ., .; .: .). %. .com .x .X
"""
TAILS = ["", *_TAILS.split()]
BEFORE = ["", "(", "“", "«", "$", "-", "l'", "x-", "zz.", "...", "7.", "@", "https://x.org/"]


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer()


def passages(language: str) -> Passages:
    found = tokenizer().passages("", language)
    assert found is not None
    return found


def agree(chunk: str, language: str) -> None:
    text = f"Zuvor {chunk} danach"
    words = tokenizer().words(text, language)
    for _ in range(2):  # what an end tells is found out when it is met again
        assert list(passages(language).edges(text)) == [start for start, _ in words.sentences[1:]], chunk


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chunk_has_the_breaks_that_its_end_tells(language: str) -> None:
    for at, word in enumerate(WORDS):
        for tail in TAILS[at % 4 :: 4]:
            agree(word + tail, language)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.sampled_from(BEFORE),
    st.sampled_from(WORDS),
    st.sampled_from(["", "-", "’", ".", "/"]),
    st.sampled_from(WORDS),
    st.text(".?!…,;:)]”\"'’»", max_size=4),
    st.sampled_from(LANGUAGES),
)
def test_so_has_one_that_is_put_together(
    before: str, word: str, between: str, other: str, tail: str, language: str
) -> None:
    agree(before + word + between + other + tail, language)


def test_a_language_that_knows_words_by_patterns_is_read() -> None:
    for chunk in ("XIV.", "XVIII.", "ABD.", "3.", "12.5.", "UNBZQ."):
        agree(chunk, "tr")


def test_words_of_known_classes_are_not_read() -> None:
    found = passages("en")
    list(found.edges("Uno. Due. Uno! Due! Uno.” Due.” 1. 2. AA. BB. a.b b.c"))
    read = len(found._known_breaks)
    text = "Xyl fjordic. Quarz! “Brilm voxed.” On 17. Vogts. UNBZQ. half-frozen. isn.zq (zq7-voxed. café. عبروا L’âme."
    assert len(list(found.edges(text))) == 9
    assert len(found._known_breaks) == read
