"""A session's bytes are read from any place, whether its file is compressed or not."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.sources import content

TEXT = b"".join(b"line %d\n" % number for number in range(1000))
"""8,890 bytes."""


def written(path: Path, data: bytes) -> Path:
    """The path, with that content, compressed if its name says so."""
    path.write_bytes(zstandard.compress(data) if path.suffix == ".zst" else data)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst"])
@pytest.mark.parametrize(
    ("offset", "size", "expected"),
    [
        (0, 7, b"line 0\n"),
        (7, 4, b"line"),
        (8886, 100, b"999\n"),
        (8889, 5, b"\n"),
        (8890, 5, b""),
        (99_999, 5, b""),
        (3, 0, b""),
    ],
)
def test_a_range_is_read(tmp_path: Path, name: str, offset: int, size: int, expected: bytes) -> None:
    assert content.read(written(tmp_path / name, TEXT), offset, size) == expected


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_compressed_content_is_the_same_in_whatever_order_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, ranges: list[tuple[int, int]]
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "same.zst", TEXT)
    for offset, size in ranges:
        assert content.read(path, offset, size) == TEXT[offset : offset + size]


def test_two_compressed_files_read_in_turn_do_not_mix(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.zst", b"abcdef"), written(tmp_path / "two.zst", b"ABCDEF")
    assert [content.read(path, at, 2) for at in (0, 2, 4) for path in (one, two)] == [
        b"ab",
        b"AB",
        b"cd",
        b"CD",
        b"ef",
        b"EF",
    ]


def test_several_frames_are_one_content(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    path.write_bytes(zstandard.compress(b"one") + zstandard.compress(b"two"))
    assert content.read(path, 0, 100) == b"onetwo"
    assert content.read(path, 2, 2) == b"et"


def test_a_compressed_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zst", b"abcdef")
    assert content.read(path, 0, 2) == b"ab"
    written(path, b"ABCDEF")
    os.utime(path, ns=(1, 1))
    assert content.read(path, 2, 2) == b"CD"


def test_pieces_in_order_are_decompressed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.zst", os.urandom(100_000))
    taken: list[int] = []
    read_plain = content._read_plain

    def count(path: Path, *parts: tuple[int, int]) -> list[bytes]:
        taken.extend(offset for offset, _ in parts)
        return read_plain(path, *parts)

    monkeypatch.setattr(content, "_read_plain", count)
    for offset in range(0, 100_001, 1000):
        content.read(path, offset, 1000)
    assert taken.count(0) == 1


def test_memory_stays_bounded_however_much_lies_before_the_offset(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zst", b"\0" * 80_000_000 + b"end")
    tracemalloc.start()
    try:
        assert content.read(path, 80_000_000, 10) == b"end"
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


def test_no_file_stays_open(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zst", TEXT)
    before = set(os.listdir("/dev/fd"))  # noqa: PTH208
    content.read(path, 0, 10)
    assert set(os.listdir("/dev/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("data", [b"no zstandard data at all", zstandard.compress(TEXT)[:-40] + b"\xff" * 40])
def test_damaged_compression_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zst"
    path.write_bytes(data)
    with pytest.raises(OSError, match="damaged Zstandard data"):
        content.read(path, 0, 10_000)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst"])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        content.read(tmp_path / name, 0, 1)


def test_a_pipe_of_a_sessions_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(OSError, match="seek"):
        content.read(tmp_path / "a.jsonl", 0, 10)
