"""Files and functions that one can take in at a glance."""

from __future__ import annotations

from tests.house.trees import ROOT, functions, python_files

MAX_FILE_LINES = {"ppp_tui": 400, "benchmarks": 400, "tests": 500}
MAX_FUNCTION_LINES = {"ppp_tui": 60, "benchmarks": 60, "tests": 160}
"""Tests write out what they expect, one value a line."""

FILES = [(folder, path) for folder in MAX_FILE_LINES for path in python_files(folder)]


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = [(folder, path, path.read_text(encoding="utf-8").count("\n")) for folder, path in FILES]
    assert [entry for entry in lengths if entry[2] > MAX_FILE_LINES[entry[0]]] == []


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = [
        (folder, f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for folder, path in FILES
        for node in functions(path)
    ]
    assert [entry for entry in lengths if entry[2] > MAX_FUNCTION_LINES[entry[0]]] == []


def test_formatter_is_off_nowhere() -> None:
    switch = "# fmt" + ":"
    assert [path for _, path in FILES if switch in path.read_text(encoding="utf-8")] == []


def test_test_modules_have_names_of_their_own() -> None:
    names = [path.name for path in python_files("tests") if path.name.startswith("test_")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
