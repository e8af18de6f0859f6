"""How many people a report says were killed: in English, French and Arabic.

In: an `Item`. Out: a number, None where it gives none. Only headline and lead are read: further down stand the numbers
of earlier attacks. Pure; called by `analysis` for items that a rule matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.text.fold import Folded

_LEAD = 400  # characters of the body
_MOST = 1_000_000

_WORDS = {
    **dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], range(1, 13), strict=True)),
    **dict(zip(["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"], range(1, 13), strict=True)),
    # With ة, with the ه that many write for it, and as they stand before feminine nouns.
    **dict(zip(["ثلاثة", "اربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"], range(3, 11), strict=True)),
    **dict(zip(["ثلاثه", "اربعه", "خمسه", "سته", "سبعه", "ثمانيه", "تسعه", "عشره"], range(3, 11), strict=True)),
    **dict(zip(["ثلاث", "اربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"], range(3, 11), strict=True)),
    "une": 1, "dozen": 12, "twenty": 20, "thirty": 30, "vingt": 20, "trente": 30, "شخصين": 2, "جنديين": 2,
}  # fmt: skip

_N = rf"(?P<n>\d{{1,3}}(?:[,.\u00a0 ]\d{{3}})+|\d+|{'|'.join(_WORDS)})\b(?!\s*[-–]?\s*(?:year|an\b|ans\b|per ?cent|%|pour cent|million|km|kilom))"
_ABOUT = (
    r"(?:(?:at least|up to|more than|over|nearly|almost|about|around|some|another|an estimated|"
    r"au moins|plus de|pres de|environ|quelque|ما لا يقل عن|اكثر من|نحو|حوالي)\s+)?"
)
_WHO = r"(?:[^\W\d]+\s+){0,3}?"  # soldiers, civilians and children
_FORMS = tuple(
    (tuple(cues.split()), re.compile(form))
    for cues, form in (
        (
            "killed dead slain die death fatalities bodies",
            rf"\b{_N}\s+{_WHO}(?:(?:were|was|have been|has been|are|is)\s+)?(?:reported(?:ly)?\s+|confirmed\s+|shot\s+)?(?:killed|dead|slain|die[ds]?|deaths?|fatalities|bodies)\b",
        ),
        (
            "kill slay claim leaves leaving left",
            rf"\b(?:kill(?:s|ed|ing)?|slay(?:s|ing)?|claim(?:s|ed)?|leav(?:es|ing)|left)\s+{_ABOUT}{_N}(?!\s+(?:wounded|injured|hurt))",
        ),
        (
            "toll",
            rf"\b(?:death|killed) toll\b[^.;]{{0,40}}?\b(?:to|at|of|hits|reaches|passes)\s+{_ABOUT}{_N}",
        ),
        (
            "tue mort dece abattu assassin",
            rf"\b{_N}\s+{_WHO}(?:ont ete\s+|a ete\s+|sont\s+|est\s+)?(?:tues?|tuees?|morts?|mortes?|deces|decedes?|abattus?|assassines?)\b",
        ),
        (
            "tue tuant fait font faisant",
            rf"\b(?:tue|tuent|tuant|fait|font|faisant)\s+{_ABOUT}{_N}(?!\s+(?:blesses?|interpell|arrest))(?=\s+(?:[^\W\d]+\s+){{0,1}}(?:morts?|tues?|victimes|personnes|soldats|civils|militaires|policiers|gendarmes))",
        ),
        ("bilan deces", rf"\b(?:bilan|deces)\b[^.;]{{0,40}}?\b{_N}\s+(?:morts?|tues?|deces)"),
        ("مقتل قتل استشهاد مصرع وفا", rf"(?:مقتل|قتل|استشهاد|مصرع|وفا[ةه])\s+{_ABOUT}{_N}"),
        ("قتلي قتيل شهداء شهيدا", rf"{_N}\s+(?:[^\W\d]+\s+)?(?:قتلي|قتيلا|قتيل|شهداء|شهيدا)"),
    )
)
"""For each form the beginnings of words one of which is in all that it finds: looking for them is much quicker."""


def killed_in(title: Folded, body: Folded) -> int | None:
    """Give the highest number of people that headline or lead say were killed, None where they give none.

    >>> from watcher.text.fold import fold
    >>> killed_in(fold("Ambush near Kasserine leaves three soldiers dead"), fold("Gunmen killed at least 4 soldiers."))
    4
    """
    return max(
        (number for text in (title.text, body.beginning(_LEAD)) for number in _killed(text)), default=None
    )


def _killed(text: str) -> Iterator[int]:
    for cues, form in _FORMS:
        for cue in cues:
            if cue in text:
                yield from _counted(form, text)
                break


def _counted(form: re.Pattern[str], text: str) -> Iterator[int]:
    for found in form.finditer(text):
        number = _number(found["n"])
        if 0 < number <= _MOST and not 1900 <= number < 2100:  # killed 2015: that is a year
            yield number


def _number(text: str) -> int:
    return _WORDS.get(text) or int(re.sub(r"\D", "", text)[:9])
