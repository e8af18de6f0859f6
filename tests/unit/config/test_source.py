"""YAML with places: every value knows its line and column, and nothing that is wrong goes unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watcher.config.source import parse_source, read_source

FILE = Path("f.yml")

TEXT = b"""\
feeds:
  - id: one       # a comment
    tags: [a, b]
  -
    id: two
    url: "https://x.example/"
"""


@pytest.mark.parametrize(
    ("path", "is_key", "place"),
    [
        (("feeds",), True, (1, 1)),
        (("feeds",), False, (2, 3)),
        (("feeds", 0), False, (2, 5)),
        (("feeds", 0, "tags"), True, (3, 5)),
        (("feeds", 0, "tags", 1), False, (3, 15)),
        (("feeds", 1, "url"), False, (6, 10)),
        (("feeds", 1, "missing"), False, (5, 5)),
        (("nowhere", 3), False, (1, 1)),
    ],
)
def test_values_and_keys_are_found_in_the_file(
    path: tuple[str | int, ...], is_key: bool, place: tuple[int, int]
) -> None:
    assert parse_source(FILE, TEXT).at(path, key=is_key) == place


def test_columns_count_characters_not_bytes() -> None:
    assert parse_source(FILE, 'حدود: {"🙂": x}'.encode()).at(("حدود", "🙂")) == (1, 13)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a: [1, 2", "f.yml:2:1: not valid YAML: did not find expected ',' or ']', while parsing a flow sequence (the [ that is opened on line 1, column 4, is not closed)"),
        (b"a: {b: [1], c: 2", "f.yml:2:1: not valid YAML: did not find expected ',' or '}', while parsing a flow mapping (the { that is opened on line 1, column 4, is not closed)"),
        (b"a: 1\nb: \"x\nc: y", "f.yml:3:5: not valid YAML: found unexpected end of stream, while scanning a quoted scalar (the quotation mark that is opened on line 2, column 4, is not closed)"),
        (b"a: @x", "f.yml:1:4: not valid YAML: found character that cannot start any token, while scanning for the next token (put a text that begins with this character in quotes)"),
        (b"a: {b: 'l'attaque'}", "f.yml:1:11: not valid YAML: did not find expected ',' or '}', while parsing a flow mapping (inside '\u2026' an apostrophe is written twice (''); or put the text in \"\u2026\")"),
        (b"a: 'l'attaque d'hier'", "f.yml:1:7: not valid YAML: did not find expected key, while parsing a block mapping (inside '\u2026' an apostrophe is written twice (''); or put the text in \"\u2026\")"),
        (b"\ta: 1", "f.yml:1:1: not valid YAML: found character that cannot start any token, while scanning for the next token (indent with spaces, not tabs)"),
        (b"a: 1\n\tb: 2", "f.yml:2:1: not valid YAML: found a tab character that violates indentation, while scanning a plain scalar (indent with spaces, not tabs)"),
        (b"title: Tunisia: a report", "f.yml:1:15: not valid YAML: mapping values are not allowed in this context (put a text that holds a colon in quotes, and check the indentation)"),
        (b"a: 1\nb: 2\na: 3", 'f.yml:3:1: the key "a" was given before (first on line 1)'),
        (b"a: *stan", 'f.yml:1:4: the alias *stan has no anchor before it (a wildcard needs quotes: "*stan")'),
        (b"a: &x [*x]", 'f.yml:1:8: the alias *x has no anchor before it (a wildcard needs quotes: "*x")'),
        (b"a: !python/object:os.system x", "f.yml:1:4: tags are not supported (!python/object:os.system) (quote the value to make it a text)"),
        (b"a: &x {b: 1}\nc:\n  <<: *x", "f.yml:3:3: merge keys (<<) are not supported (write the keys out)"),
        (b"? [a]\n: b", "f.yml:1:3: a key must be a text, not a list or a mapping"),
        (b"a: 1\n--- \nb: 2", "f.yml:2:1: a second document begins here (keep one document in a file)"),
        (b"a: \xff", "f.yml:1:4: not UTF-8 text (save it as UTF-8)"),
        (b"\xff\xfea\x00", "f.yml:1:1: not UTF-8 text (save it as UTF-8)"),
        (b"a: 1\nb: x\x07", "f.yml:2:5: not valid YAML: the character #x07 is not allowed in YAML"),
        (b"[" * 100_000, "f.yml:1:65: nested more than 64 levels deep"),
        (b"- " * 100_000, "f.yml:1:129: nested more than 64 levels deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(data: bytes, told: str) -> None:
    assert [str(problem) for problem in parse_source(FILE, data).problems] == [told]


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]"
        for old, new in zip("abcdefg", "bcdefgh", strict=True)
    ]
    source = parse_source(FILE, "\n".join(lines).encode())
    assert source.value is None
    assert "unfold to more than 1,000,000 values" in str(source.problems[0])


def test_an_alias_repeats_its_value() -> None:
    assert parse_source(FILE, b"a: &x [1, two]\nb: *x\nc: &y z\nd: *y").value == {"a": [1, "two"], "b": [1, "two"], "c": "z", "d": "z"}  # fmt: skip


def test_keys_are_texts_and_norwegian_is_a_language() -> None:
    assert parse_source(FILE, b"no: [x]\n1: y\non: z").value == {"no": ["x"], "1": "y", "on": "z"}


def test_all_problems_of_a_file_are_found_at_once() -> None:
    source = parse_source(FILE, b"a: ${X}\nb: ${Y}\na: 2\nc: !t 3", environ={})
    assert [problem.line for problem in source.problems] == [1, 2, 3, 4]


def test_variables_are_left_alone_where_no_environment_is_given() -> None:
    assert parse_source(FILE, b"regex: 'a${X}$'").value == {"regex": "a${X}$"}


def test_a_filled_in_value_is_text_whatever_it_looks_like() -> None:
    assert parse_source(FILE, b"a: ${X}", environ={"X": "587"}).value == {"a": "587"}


@pytest.mark.parametrize("data", [b"", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_value_and_no_problem(data: bytes) -> None:
    source = parse_source(FILE, data)
    assert source.value is None
    assert source.problems == ()


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    assert str(read_source(tmp_path).problems[0]) == f"{tmp_path}: this is a folder, not a file"
    assert str(read_source(tmp_path / "no").problems[0]) == f"{tmp_path / 'no'}: there is no such file"


YAMLISH = st.text(alphabet=list("ab:-[]{}#&*!|>'\"%@` \n\t,?~${}<\u0639\ud7ff\x85"), max_size=60)


@settings(derandomize=True, max_examples=200)
@given(st.one_of(st.binary(max_size=80), YAMLISH.map(str.encode)))
@example(b"&a *a")
@example(b"*a : b")
def test_no_bytes_do_more_than_give_problems(data: bytes) -> None:
    source = parse_source(FILE, data, environ={})
    assert all(problem.path == FILE and problem.message for problem in source.problems)
    source.at(("a", 0, "b"), key=True)
