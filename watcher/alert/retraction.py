"""What a publisher says of its own report in the headline: that it is a correction, or is taken back.

In: a headline. Out: the mark that it carries. Only marks count, before the headline or after it in brackets: troops
that are withdrawn are news. Pure; called when an alert takes up a report.
"""

from __future__ import annotations

import re
from enum import StrEnum

from watcher.text.fold import fold


class Mark(StrEnum):
    """What the headline says of the report."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


_WORDS = {
    Mark.WITHDRAWN: (
        r"withdrawn|withdrawal|retracted|retraction|removed|deleted|story (?:withdrawn|removed|retracted)|mandatory kill|kill|"
        r"annule|annulation|depeche annulee|سحب|يسحب|حذف|الغاء"
    ),
    Mark.CORRECTED: (
        r"correct(?:ed|ion|s|ing)?|refile[- ]corrected|clarification|rectificatif|corrige|correctif|erratum|mise au point|"
        r"تصحيح|تصويب|توضيح"
    ),
}
# `CORRECTED-…`, `CORRECTION: …`, `UPDATE 2-CORRECTED-…`, `[Withdrawn] …`, `… (corrected)`
_PLACES = (
    r"^\s*(?:[\w ]{{1,14}}[-:]\s?)?(?:{words})(?:\s*\d+)?\s*(?:[-–—:|]|\.\.)",
    r"^\s*[\[(]\s*(?:{words})\s*[\])]",
    r"[\[(]\s*(?:{words})\s*[\])]\s*$",
)
# `This article has been removed`: the whole headline, in the place of the report's own.
_NOTICE = (
    r"^\s*(?:(?:this|the) )?(?:article|story|report|item|post|content|page) (?:(?:has been|was|is) )?"
    r"(?:withdrawn|retracted|removed|deleted|taken down|no longer available)\s*[.!]?\s*$",
    r"^\s*(?:(?:cet|l') ?)?(?:article|contenu) (?:(?:a ete|est) )?(?:retire|supprime|indisponible)\s*[.!]?\s*$",
    r"^\s*(?:تم )?(?:حذف|سحب) (?:هذا )?(?:الخبر|المقال|التقرير)\s*[.!]?\s*$",
)
_WHOLE = {Mark.WITHDRAWN: _NOTICE, Mark.CORRECTED: ()}
_MARKS = {
    mark: re.compile("|".join((*(place.format(words=words) for place in _PLACES), *_WHOLE[mark])))
    for mark, words in _WORDS.items()
}


def mark_of(headline: str) -> Mark | None:
    """Give the mark of a headline; None for none.

    >>> mark_of("CORRECTED-Gunmen cross the border near Dehiba"), mark_of("Troops withdrawn from the border")
    (<Mark.CORRECTED: 'corrected'>, None)
    """
    folded = fold(headline).text
    return next((mark for mark, pattern in _MARKS.items() if pattern.search(folded)), None)
