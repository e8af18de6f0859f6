"""The news agency that a report says it is from.

In: an `Item`, and the registrable domain of its link. Out: a name, None where none is named. Pure; called when an alert
lists a report: what ten outlets copy from one agency is one voice.
"""

from __future__ import annotations

import re

from watcher.text.fold import fold
from watcher.types import Item

_NAMES: dict[str, tuple[str, ...]] = {
    "AFP": ("afp", "agence france presse", "agence france-presse", "ا ف ب", "فرانس برس"),
    "AP": ("ap", "associated press", "اسوشيتد برس"),
    "Reuters": ("reuters", "thomson reuters", "رويترز"),
    "EFE": ("efe",),
    "ANSA": ("ansa",),
    "dpa": ("dpa", "د ب ا"),
    "Xinhua": ("xinhua", "شينخوا"),
    "Anadolu": ("anadolu", "anadolu agency", "agence anadolu", "aa", "الاناضول"),
    "TASS": ("tass", "itar-tass"),
    "TAP": ("tap", "tunis afrique presse", "وات"),
    "APS": ("aps", "algerie presse service", "واج"),
    "MAP": ("map", "maghreb arabe presse"),
    "LANA": ("lana", "وال"),
    "MENA": ("mena",),
    "PA": ("pa media", "press association"),
}
_DOMAINS = {
    "afp.com": "AFP", "apnews.com": "AP", "ap.org": "AP", "reuters.com": "Reuters", "efe.com": "EFE", "ansa.it": "ANSA",
    "dpa.com": "dpa", "xinhuanet.com": "Xinhua", "news.cn": "Xinhua", "aa.com.tr": "Anadolu", "tass.com": "TASS",
    "tass.ru": "TASS", "tap.info.tn": "TAP", "aps.dz": "APS", "mapnews.ma": "MAP", "lana.gov.ly": "LANA",
    "mena.org.eg": "MENA", "pa.media": "PA",
}  # fmt: skip
_BY_NAME = {name: agency for agency, names in _NAMES.items() for name in names}
_ANY = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_HEAD, _TAIL = 120, 80  # characters: where credits stand

# `TUNIS (Reuters) -`, `(AFP)`; `Tunis, AFP -`, `AFP - `, `© AFP`, `/AFP/`: never the bare word inside a sentence.
_CREDIT = re.compile(
    rf"\(\s*(?P<a>{_ANY})\s*\)|©\s*(?P<b>{_ANY})\b|(?:^|[.,/]\s*)(?P<c>{_ANY})\s*(?:[-–—:/]|$)"
)
_BYLINE = re.compile(rf"(?:^|\b(?:by|par|with|avec)\s+|[,/(]\s*)(?P<a>{_ANY})(?=$|[\s,/)])")


def agency_of(item: Item, domain: str) -> str | None:
    """Give the agency that a report is from: the site is its own, or the author or a credit line names it.

    Args:
        item: the report.
        domain: the registrable domain of its link, empty where it has none.
    """
    if domain in _DOMAINS:
        return _DOMAINS[domain]
    body = fold(item.body[:_HEAD]).text.strip()
    tail = fold(item.body[-_TAIL:]).text.strip()
    for pattern, text in ((_BYLINE, fold(item.author or "").text.strip()), (_CREDIT, body), (_CREDIT, tail)):
        if (found := pattern.search(text)) is not None:
            return _BY_NAME[next(name for name in found.groups() if name)]
    return None
