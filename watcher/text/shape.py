"""What a token's signs tell: a word, the end of a sentence, what closes one. Shared by `tokens` and `passages`."""

from __future__ import annotations

STOPS = frozenset(".!?…؟۔।॥。！？｡։።")
LINE_ENDS = frozenset("\n\u2029")
CLOSERS = frozenset("\"'”’»›)]}」』")


def is_word(token: str) -> bool:
    """Tell whether a token is a word: it has a letter or a digit."""
    return any(char.isalnum() for char in token)


def is_break(token: str) -> bool:
    """Tell whether a sentence ends with a token: a stop sign, or white space with a line end."""
    return not LINE_ENDS.isdisjoint(token) or (token[-1:] in STOPS and not is_word(token))


def is_closer(token: str) -> bool:
    """Tell whether a token may close a sentence behind its stop sign."""
    return all(char in CLOSERS for char in token)
