"""How bad something is, and how far a message about it may travel."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How bad it is, ordered so that `max` and `>=` mean what they say."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in rules, JSON and messages: `critical`, `high`, …"""
        return self.name.lower()

    @classmethod
    def parse(cls, label: str) -> Severity:
        """Give the severity of a word; raises KeyError on another word."""
        return cls[label.upper()]


class Tlp(IntEnum):
    """How far a message may travel: the Traffic Light Protocol 2.0 (FIRST, 2022), ordered by strictness."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The word used in rules, JSON and messages: `amber`, `amber+strict`, …"""
        return self.name.lower().replace("_", "+")

    @classmethod
    def parse(cls, label: str) -> Tlp:
        """Give the mark of a word; raises KeyError on another word."""
        return cls[label.upper().replace("+", "_")]
