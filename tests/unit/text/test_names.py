"""Keys of names: the same for every spelling of one name."""

import pytest

from watcher.text.names import key, without_proclitics


@pytest.mark.parametrize("name", ["Ras Jedir", "ras-jedir", "RAS  JÉDIR", "Ras\u00a0Jedir", "Ras Jedir."])
def test_spellings_of_a_name_have_one_key(name: str) -> None:
    assert key(name) == "ras jedir"


def test_apostrophes_part_words() -> None:
    assert key("N’Djamena") == key("N'Djamena") == "n djamena"


def test_signs_of_scripts_without_spaces_are_words() -> None:
    assert key("突尼斯") == "突 尼 斯"


def test_a_name_without_letters_has_no_key() -> None:
    assert key("…!") == ""


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("وتونس", "تونس"),
        ("بتونس", "تونس"),
        ("وبتونس", "تونس"),
        ("فليبيا", "ليبيا"),
        ("لليبيا", "ليبيا"),
        ("للجزاير", "الجزاير"),
        ("وللجزاير", "الجزاير"),
        ("بالقصرين", "القصرين"),
        ("كالقصرين", "القصرين"),
        ("والقصرين", "القصرين"),
        ("وبالقصرين", "القصرين"),
    ],
)
def test_proclitics_are_taken_off(word: str, stem: str) -> None:
    assert stem in list(without_proclitics(word))


def test_short_words_are_left_whole() -> None:
    assert list(without_proclitics("بيت")) == []
