"""Boolean query strings, as media databases take them → the same condition tree that YAML makes.

Comes in: the text of `{query: …}`. Goes out: a condition, or a `QueryError` that points at a character. Called by the
form `query`.

From what binds tightest to what binds least: `title:`, `NEAR/n` and `ONEAR/n`, `NOT`, `AND` (also where nothing stands between two
terms, and where `NOT` follows a term), `OR`. Operators are in capitals; everything else is a term.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, cast, get_args

from watcher.match.dialects import foreign_field, foreign_function, foreign_word
from watcher.match.forms.distance import Near
from watcher.match.forms.distance import Sequence as InOrder
from watcher.match.forms.logic import AllOf, AnyOf, AtLeast, NoneOf
from watcher.match.forms.scope import InField
from watcher.match.forms.words import Phrase
from watcher.match.reader import DEEPEST, MOST, Reader
from watcher.match.syntax import Condition
from watcher.match.view import ScopeName

_FIELDS: tuple[str, ...] = get_args(ScopeName)

_QUOTES = '"“”„‟«»″＂'
# Marks of direction come along when Arabic is pasted; they stand for nothing.
_BLANK = "\\s\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
_TOKEN = re.compile(
    f"[{_BLANK}]*(?:(?P<bracket>[()])|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}]?)"
    f"|(?P<word>[^{_BLANK}(){_QUOTES}]+))"
)
_NEARNESS = re.compile(r"(O?)NEAR/(\d{1,6})")
_FIELD = re.compile(r"([^\W\d_]+):")
_LOWER = ("and", "or", "not")


class QueryError(ValueError):
    """A query that cannot be read. `at` is the offset of the character that is to blame."""

    def __init__(self, message: str, at: int, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.at = at
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a query. `kind` is `(`, `)`, an operator, `field`, `word`, `phrase`, or `end`; `at` its offset."""

    kind: str
    text: str
    at: int
    words: int = 0


def parse_query(reader: Reader, text: str) -> Condition | None:
    """Read a query.

    Args:
        reader: where the query stands; takes warnings, and problems of single terms.
        text: the query.

    Returns:
        The condition, or None when a problem of a term was noted.

    Raises:
        QueryError: the query's form is wrong.
    """
    tokens = list(_tokens(text))
    if len(tokens) > MOST:
        raise QueryError(f"the query has more than {MOST} terms and operators", tokens[MOST].at)
    if tokens[0].kind == "end":
        raise QueryError("the query is empty", 0)
    before = len(reader.problems)
    condition = _Parser(reader, tokens).read()
    failed = any(not problem.is_warning for problem in reader.problems[before:])
    return None if failed else condition


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while found := _TOKEN.match(text, at):
        kind = found.lastgroup if found.lastgroup != "closed" else "phrase"
        start = found.start(kind or 0)
        at = found.end()
        if kind == "bracket":
            yield Token(kind=found["bracket"], text=found["bracket"], at=start)
        elif kind == "phrase":
            if not found["closed"]:
                raise QueryError("the quotation mark is not closed", start - 1, 'close it: "several words"')
            yield Token(kind="phrase", text=found["phrase"], at=start - 1)
        elif field := _FIELD.match(found["word"]):
            yield _field(field[1], start)
            at = start + field.end()
        else:
            if text.startswith("(", at) and (function := foreign_function(found["word"])):
                raise QueryError(f"there is no operator '{function.operator}'", start, function.suggestion)
            yield _word(found["word"], start)
    yield Token(kind="end", text="", at=len(text.rstrip()))


def _field(name: str, at: int) -> Token:
    if name in _FIELDS:
        return Token(kind="field", text=name, at=at)
    raise QueryError(f"there is no operator '{name}:'", at, foreign_field(name, _FIELDS))


def _word(word: str, at: int) -> Token:
    if word in ("AND", "OR", "NOT"):
        return Token(kind=word, text=word, at=at)
    if found := _NEARNESS.fullmatch(word):
        if int(found[2]) < 1:
            raise QueryError(f"'{word}' asks for a distance of no word", at, f"{found[1]}NEAR/1 is adjacent")
        return Token(kind=f"{found[1]}NEAR", text=word, at=at, words=int(found[2]))
    if word.startswith(("NEAR/", "ONEAR/")):
        operator = word.partition("/")[0]
        raise QueryError(f"'{word}' needs a number of words", at, f"write {operator}/10")
    if foreign := foreign_word(word):
        message = f"'{foreign.operator}' is no operator here"
        raise QueryError(message, at + foreign.offset, foreign.suggestion)
    for sign in "?!$#":
        if sign in word[1:]:
            where = at + word.index(sign, 1)
            raise QueryError(f"'{sign}' is no wildcard here", where, "use * for any letters")
    return Token(kind="word", text=word, at=at)


class _Parser:
    """Reads tokens by recursive descent, one method for each strength of binding."""

    def __init__(self, reader: Reader, tokens: Sequence[Token]) -> None:
        self._reader = reader
        self._path = f"{reader.path}.query"
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def read(self) -> Condition | None:
        condition = self._either()
        if self._token.kind == ")":
            raise QueryError("this bracket closes nothing", self._token.at, "take it away, or open it with (")
        return condition

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _deeper(self, read: Callable[[], Condition | None]) -> Condition | None:
        if self._depth >= DEEPEST:
            raise QueryError(f"the query is nested more than {DEEPEST} deep", self._token.at)
        self._depth += 1
        condition = read()
        self._depth -= 1
        return condition

    def _either(self) -> Condition | None:
        found = [self._both()]
        while self._token.kind == "OR":
            self._take()
            found.append(self._both())
        return self._joined(AnyOf, found)

    def _both(self) -> Condition | None:
        found = [self._not()]
        while (token := self._token).kind not in ("OR", ")", "end"):
            if token.kind == "AND":
                self._take()
            elif token.kind != "NOT":
                self._warn_of_gap(self._tokens[self._next - 1], token)
            found.append(self._not())
        return self._joined(AllOf, found)

    def _not(self) -> Condition | None:
        if self._token.kind != "NOT":
            return self._nearness()
        self._take()
        inner = self._deeper(self._not)
        return None if inner is None else NoneOf(path=self._path, conditions=(inner,))

    def _nearness(self) -> Condition | None:
        left = self._operand()
        height = 0
        while self._token.kind in ("NEAR", "ONEAR"):
            operator = self._take()
            height += 1
            if self._depth + height > DEEPEST:
                raise QueryError(f"more than {DEEPEST} NEAR follow each other", operator.at)
            form = InOrder if operator.kind == "ONEAR" else Near
            left = self._near(form, operator, left, self._operand())
        return left

    def _near(
        self, form: type[Near], operator: Token, left: Condition | None, right: Condition | None
    ) -> Condition | None:
        if left is None or right is None:
            return None
        bad = left.unplaced() or right.unplaced()
        if bad is not None:
            message = f"NOT cannot stand inside {operator.text}: {bad.unplaced_because}"
            raise QueryError(message, operator.at, "put it outside: a NEAR/5 b NOT c")
        return form(path=self._path, conditions=(left, right), within=operator.words)

    def _operand(self) -> Condition | None:
        token = self._take()
        if token.kind == "(":
            return self._bracket(token)
        if token.kind == "field":
            return self._in_field(token)
        if token.kind not in ("word", "phrase"):
            self._missing(token)
        return self._term(token)

    def _bracket(self, opening: Token) -> Condition | None:
        if self._token.kind == ")":
            raise QueryError("there is nothing in the brackets", opening.at)
        condition = self._deeper(self._either)
        if self._take().kind != ")":
            raise QueryError("this bracket is not closed", opening.at, "close it with )")
        return condition

    def _in_field(self, token: Token) -> Condition | None:
        if self._token.kind not in ("(", "word", "phrase"):
            raise QueryError(
                f"'{token.text}:' needs a term", token.at, f"{token.text}:word, or {token.text}:( … )"
            )
        condition = self._deeper(self._operand)
        if condition is None:
            return None
        return InField.over((cast("ScopeName", token.text),), condition, path=self._path)

    def _term(self, token: Token) -> Condition | None:
        written = " ".join(token.text.split())
        if not written:
            raise QueryError("there is nothing between the quotation marks", token.at)
        inner = replace(self._reader, problems=[], path=f"{self._path}:{written}")
        phrase = Phrase.read(inner, token.text)
        for problem in inner.problems:
            self._reader.fail(f"{problem.message} (character {token.at + 1})", "query", offset=token.at)
        return phrase

    def _joined(self, form: type[AtLeast], found: Sequence[Condition | None]) -> Condition | None:
        conditions = tuple(one for one in found if one is not None)
        if len(found) == 1 or len(conditions) < len(found):
            return conditions[0] if conditions else None
        need = 1 if issubclass(form, AnyOf) else len(conditions)
        return form(path=self._path, conditions=conditions, need=need)

    def _missing(self, token: Token) -> NoReturn:
        before = self._tokens[self._next - 2] if self._next > 1 else None
        if token.kind == "end" and before is not None:
            raise QueryError(
                f"nothing follows '{before.text}'", before.at, "write a term after it, or take it away"
            )
        if token.kind == ")" and before is None:
            raise QueryError("this bracket closes nothing", token.at, "take it away, or open it with (")
        place = (
            f"between '{before.text}' and '{token.text}'" if before is not None else f"before '{token.text}'"
        )
        raise QueryError(f"a term is missing {place}", token.at, "write one, or take the operator away")

    def _warn_of_gap(self, before: Token, after: Token) -> None:
        for token in (after, before) if before is self._tokens[0] else (after,):
            if token.kind == "word" and token.text in _LOWER:
                self._reader.warn(
                    f"'{token.text}' (character {token.at + 1}) is looked for as a word: operators are in capitals",
                    "query",
                    suggestion=f"write {token.text.upper()}",
                )
                return
        if before.text not in _LOWER:
            self._reader.warn(
                f"nothing stands before '{after.text}' (character {after.at + 1}): it is read as AND",
                "query",
                suggestion="write AND or OR, or put a phrase in quotation marks",
            )
