"""What headlines and credits of reports say: corrections, withdrawals, agencies, the dead."""

from __future__ import annotations

import pytest

from tests.support import samples
from watcher.alert.agencies import agency_of
from watcher.alert.retraction import Mark, mark_of
from watcher.text.casualties import killed_in
from watcher.text.fold import fold


@pytest.mark.parametrize(
    ("headline", "mark"),
    [
        ("CORRECTED-Gunmen cross the border", Mark.CORRECTED),
        ("UPDATE 2-CORRECTED-Gunmen cross the border", Mark.CORRECTED),
        ("Gunmen cross the border (corrected)", Mark.CORRECTED),
        ("RECTIFICATIF - Des hommes armés franchissent la frontière", Mark.CORRECTED),
        ("تصحيح: مسلحون يعبرون الحدود", Mark.CORRECTED),
        ("WITHDRAWN: Gunmen cross the border", Mark.WITHDRAWN),
        ("[Retracted] Gunmen cross the border", Mark.WITHDRAWN),
        ("This article has been removed.", Mark.WITHDRAWN),
        ("Cet article a été supprimé", Mark.WITHDRAWN),
        ("تم حذف الخبر", Mark.WITHDRAWN),
        ("Report removed from the archive, minister says", None),
        ("Troops withdrawn from the border", None),
        ("Withdrawal of troops from the border begins", None),
        ("Correction officers strike", None),
        ("Police kill: mayor demands answers", None),
    ],
)
def test_only_a_mark_says_that_a_report_is_corrected_or_withdrawn(headline: str, mark: Mark | None) -> None:
    assert mark_of(headline) is mark


@pytest.mark.parametrize(
    ("body", "author", "domain", "agency"),
    [
        ("TUNIS (Reuters) - Gunmen crossed the border.", None, "paper.example", "Reuters"),
        ("TUNIS, March 1 (AFP) — Gunmen crossed.", None, "paper.example", "AFP"),
        ("Gunmen crossed the border. © AFP", None, "paper.example", "AFP"),
        ("تونس (رويترز) - مسلحون", None, "paper.example", "Reuters"),
        ("Gunmen crossed.", "Reuters Staff", "paper.example", "Reuters"),
        ("Gunmen crossed.", "A. Writer with AFP", "paper.example", "AFP"),
        ("Gunmen crossed.", None, "reuters.com", "Reuters"),
        ("He told Reuters that gunmen crossed.", None, "paper.example", None),
        ("The map shows the border.", "Maptia", "paper.example", None),
    ],
)
def test_an_agency_is_named_by_its_site_a_byline_or_a_credit(
    body: str, author: str | None, domain: str, agency: str | None
) -> None:
    assert agency_of(samples.item(summary=body, author=author), domain) == agency


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        ("Ambush kills 12 soldiers", 12),
        ("Three soldiers were killed near Kasserine", 3),
        ("Death toll from the attack rises to 1,200", 1200),
        ("Six soldats tués dans une embuscade", 6),
        ("L'attaque a fait 15 morts", 15),
        ("مقتل 7 جنود في هجوم", 7),
        ("سقوط 5 قتلى", 5),
        ("وفاة ثلاثة جنود في هجوم على دورية", 3),
        ("مقتل ثمانيه مدنيين", 8),
        ("مصرع أربع نساء في انفجار", 4),
        ("مقتل عشرات المدنيين", None),
        ("12-year-old boy killed", None),
        ("Gunman killed in 2015 attack", None),
        ("Attack leaves 4 wounded", None),
        ("No deaths reported", None),
    ],
)
def test_how_many_a_headline_says_were_killed(text: str, killed: int | None) -> None:
    assert killed_in(fold(text), fold("")) == killed


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("3 men {}", "killed dead slain die died dies death deaths fatalities bodies"),
        (
            "3 hommes {}",
            "tue tués tuée tuées mort morts mortes décès décédé décédés abattu abattus assassinés",
        ),
        (
            "Gunmen {} 3 men",
            "kill kills killed killing slay slays slaying claim claims claimed leaves leaving left",
        ),
        ("Des hommes armés {} 3 soldats", "tue tuent tuant"),
        ("Une attaque {} 3 morts", "fait font faisant"),
        ("The {} toll rises to 3", "death killed"),
        ("{} de l'attaque : 3 morts", "Bilan Décès"),
        ("{} 3 جنود", "مقتل قتل استشهاد مصرع وفاه"),
        ("سقوط 3 {}", "قتلى قتيلا قتيل شهداء شهيدا"),
    ],
)
def test_every_word_for_the_dead_counts(sentence: str, words: str) -> None:
    for word in words.split():
        assert killed_in(fold(sentence.format(word)), fold("")) == 3, word


def test_numbers_far_down_are_of_earlier_attacks() -> None:
    body = "Gunmen crossed the border. " * 40 + "In 2016 an attack killed 55 people."
    assert killed_in(fold("Gunmen cross the border"), fold(body)) is None
