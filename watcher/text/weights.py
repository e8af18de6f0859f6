"""The weights of `resolve`: logarithms of odds for each sign.

Fitted by `python -m bench.places --fit`, and kept by hand where that data cannot speak: it is in English, without places
of users' own, and its annotators passed over many adjectives ("English teacher"), which rules want as their country.
"""

from __future__ import annotations

CHOICE: dict[str, float] = {
    "prominence": 1.5,
    "inside": 5.8,
    "country_support": 1.07,
    "admin_support": 1.26,
}

PLACE: dict[str, float] = {
    "bias": -4.6,
    "country": 1.1,
    "people": 1.0,
    "region": 1.5,
    "area": 0.4,
    "county": 3.1,
    "city": 0.4,
    "own": 2.5,
    "prominence": 3.4,
    "alternate": -0.5,
    "share": 1.2,
    "repeated": 0.8,
    "for_country": 0.7,
    "for_others": -0.9,
    "for_region": 3.9,
    "inside": 3.4,
    "home": 0.5,
    "any_strong_preposition": 1.25,
    "any_doubt": -0.9,
    "acronym": 0.3,
    "stripped": -0.5,
    "uncased": 0.0,
    "several_words": 0.2,
    "common_word": -2.2,
    "given_name": -2.1,
    "person_here": -3.0,
    "small_elsewhere": -2.4,
    "starts_sentence": 0.4,
    "strong_preposition": 0.5,
    "weak_preposition": 0.55,
    "after_given_name": -0.5,
    "after_capital": -1.5,
    "adjective": -6.0,
    "before_person_verb": -1.6,
    "before_body": -2.2,
    "before_place_word": 0.2,
    "before_capital": -1.1,
    "given_before_capital": -2.7,
    "headline": -0.15,
    "shouted": -0.3,
}
