"""YAML read strictly: every trap of YAML 1.1 is an error with file and line, or stays the text that was written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from inventories.yamlfile import MAX_BYTES, MAX_DEPTH, load, read, read_shared
from lca.errors import InputError, Problem


def value_of(text: str) -> Any:
    """The value of the key `a` in a one-line file."""
    return load(f"a: {text}\n", "p.yaml")["a"]


def refusal(text: str) -> Problem:
    """The one problem that a text is refused for."""
    with pytest.raises(InputError) as caught:
        load(text, "p.yaml")
    (problem,) = caught.value.problems
    assert problem.file == "p.yaml"
    return problem


@pytest.mark.parametrize("word", ["NO", "no", "No", "yes", "Yes", "on", "OFF", "y", "N", "True", "FALSE"])
def test_a_bare_word_that_others_take_for_true_or_false(word: str) -> None:
    problem = refusal(f"id: x\nmarket: {word}\n")
    assert (problem.line, problem.value) == (2, word)
    assert f'"{word}"' in (problem.hint or "")


def test_norway_is_refused_inside_a_list_too() -> None:
    assert refusal("id: x\nmarkets:\n  - CN\n  - NO\n").line == 4


@pytest.mark.parametrize("text", ["'NO'", '"NO"'])
def test_norway_in_quotes_is_norway(text: str) -> None:
    assert value_of(text) == "NO"


@pytest.mark.parametrize("text", ["010", "-010", "1_000", "1_0.5", "0x1F", "0012345678905"])
def test_a_number_that_others_read_otherwise(text: str) -> None:
    problem = refusal(f"id: x\n\namount: {text}\n")
    assert (problem.line, problem.value) == (3, text)
    assert "ambiguous number" in problem.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:30:45", "12:30:45"),
        ("2026-11-22", "2026-11-22"),
        ("1,5", "1,5"),
        ("１２", "１２"),
        ("٣", "٣"),
        ("e5", "e5"),
        ("E10", "E10"),
        ("=", "="),
        ("0o17", "0o17"),
        ("NA", "NA"),
        ('"0012345678905"', "0012345678905"),
    ],
)
def test_a_text_stays_a_text(text: str, expected: str) -> None:
    assert value_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", 3), ("-3", -3), ("+5", 5), ("0", 0), ("1e3", 1000.0), ("1.5E-3", 0.0015), (".5", 0.5), ("5.", 5.0), ("-0.0", 0.0)],
)
def test_a_number_is_a_number(text: str, expected: float) -> None:
    value = value_of(text)
    assert value == expected
    assert type(value) is type(expected)


def test_only_true_and_false_are_booleans_and_an_empty_value_is_none() -> None:
    assert load("a: true\nb: false\nc:\nd: ~\n", "p.yaml") == {"a": True, "b": False, "c": None, "d": None}


@pytest.mark.parametrize("text", [".nan", ".NaN", "nan", "NaN", ".inf", "-.inf", "+.INF", "Infinity", "1e999", "-1e400", "9" * 5000])
def test_a_number_that_is_not_finite(text: str) -> None:
    problem = refusal(f"id: x\namount: {text}\n")
    assert problem.line == 2
    assert "finite" in problem.reason or "too large" in problem.reason
    assert len(str(problem)) < 200


def test_a_key_that_is_there_twice_names_both_lines() -> None:
    problem = refusal("id: x\nname: A\nmass: 1\nname: B\n")
    assert (problem.line, problem.field) == (4, "name")
    assert "line 2" in problem.reason


ALIAS_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ALIAS_BOMB, 1),
        ("id: x\nbase: &base {a: 1}\n", 2),
        ("id: x\nuse: *base\n", 2),
        ("base: &b {a: 1}\nuse:\n  <<: *b\n", 1),
    ],
    ids=["bomb", "anchor", "alias", "merge"],
)
def test_anchors_and_aliases(text: str, line: int) -> None:
    started = time.perf_counter()
    problem = refusal(text)
    assert time.perf_counter() - started < 1.0
    assert problem.line == line
    assert "aliases and anchors" in problem.reason


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!!str 3",
        "!!binary aGk=",
        "!!set {b, c}",
        "!mine {b: 1}",
        "!mine word",
        "[!mine word]",
    ],
)
def test_tags(text: str) -> None:
    problem = refusal(f"id: x\na: {text}\n")
    assert problem.line == 2
    assert "tags are not allowed" in problem.reason


def test_a_formula_with_unequal_or_and_is_no_tag_and_no_anchor() -> None:
    assert value_of('"a != b"') == "a != b"
    assert value_of("7 * (kind != 'LCD') + R&D") == "7 * (kind != 'LCD') + R&D"


def test_depth() -> None:
    deepest = "[" * (MAX_DEPTH - 2) + "1" + "]" * (MAX_DEPTH - 2)
    assert load(f"a: {deepest}", "p.yaml")["a"]
    assert f"deeper than {MAX_DEPTH}" in refusal(f"id: x\na: [{deepest}]").reason


@pytest.mark.parametrize("levels", [1_000, 5_000, 400_000])
def test_a_depth_that_breaks_other_readers(levels: int) -> None:
    assert refusal("a: " + "[" * levels + "]" * levels).line == 1


def test_size(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("a: " + "x" * MAX_BYTES, encoding="utf-8")
    with pytest.raises(InputError, match=f"at most {MAX_BYTES} bytes"):
        read(path)
    assert "at most" in refusal("a: " + "x" * MAX_BYTES).reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "a mapping of keys to values"),
        ("# only a remark\n", 1, "a mapping of keys to values"),
        ("- part: case\n", 1, "a mapping of keys to values"),
        ("just words", 1, "a mapping of keys to values"),
        ("id: x\n---\nid: y\n", 2, "another document"),
        ("id: x\nstages:\n\tuse: 1\n", 3, "cannot start any token"),
        ('id: x\nname: "A phone\n', 3, "end of stream"),
        ("id: x\nname: A\x00B\n", 2, "'\\x00' is not allowed"),
        ("id: 手机\nname: A\x07B\n", 2, "'\\x07' is not allowed"),
        ("id: x\n? [a, b]\n: 1\n", 2, "a key is a plain word"),
    ],
    ids=["empty", "comment", "list", "word", "two documents", "tab", "unclosed", "NUL", "control", "list as key"],
)
def test_what_is_no_product_file(text: str, line: int, reason: str) -> None:
    problem = refusal(text)
    assert problem.line == line
    assert reason in problem.reason


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "big5", "shift_jis"])
def test_a_file_that_is_not_utf8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes("id: x\nname: 手機\n".encode(encoding))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.problems[0].file == str(path)
    assert "UTF-8" in str(caught.value)


@pytest.mark.parametrize("raw", ["﻿id: x\nname: 手机\n".encode(), "id: x\r\nname: 手机\r\n".encode()], ids=["BOM", "CRLF"])
def test_what_editors_add_is_left_out(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(raw)
    assert read(path) == {"id": "x", "name": "手机"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "missing.yaml")


def test_every_key_knows_its_line() -> None:
    marks = load("id: x\nstages:\n  use:\n    - part: charging\n      amount: 3\n", "p.yaml")
    line = marks["stages"]["use"][0]
    assert marks.lines == {"id": 1, "stages": 2}
    assert (line.file, line.line, line.lines) == ("p.yaml", 4, {"part": 4, "amount": 5})


def test_a_file_that_others_extend_is_parsed_again_when_its_text_changes(tmp_path: Path) -> None:
    parent = tmp_path / "parent.yaml"
    parent.write_text("id: one\n", encoding="utf-8")
    first = read_shared(parent)
    assert read_shared(parent) is first
    parent.write_text("id: two\n", encoding="utf-8")
    assert read_shared(parent)["id"] == "two"
    assert first["id"] == "one"
