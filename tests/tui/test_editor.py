"""The line at which a file opens in the user's editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.tui.terminal.editor import line_arguments, line_at


@pytest.mark.parametrize(
    ("program", "line", "arguments"),
    [
        ("vi", 12, ["+12", "/a b.jsonl"]),
        ("/usr/bin/nvim", 12, ["+12", "/a b.jsonl"]),
        ("nano", 1, ["/a b.jsonl"]),
        ("hx", 12, ["/a b.jsonl:12"]),
        ("code", 12, ["--goto", "/a b.jsonl:12"]),
        ("my-editor", 12, ["/a b.jsonl"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(program: str, line: int, arguments: list[str]) -> None:
    assert line_arguments(program, "/a b.jsonl", line) == arguments


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (3, 1), (4, 2), (5, 2), (8, 3), (99, 4)])
def test_line_of_a_byte_is_counted_from_the_beginning(offset: int, line: int, tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_bytes(b"one\ntwo\nsix\n")
    assert line_at(file, offset) == line
