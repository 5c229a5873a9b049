"""Cuts a session's bytes into lines, and saves what can be saved of a damaged one.

Real session files are damaged at a known rate (30 lines in 11,000 files of one audit): two records on one line after a
lost newline, a record torn off by a full disk with the next one glued to it, runs of NUL bytes after a crash. Every
complete record in such a line is recovered, none is made up, and the rest is reported with its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ppp_tui.sources.source import Damage

LONGEST = 64 * 1024 * 1024
"""A line beyond this is reported and skipped: no agent's record comes near it."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Found(NamedTuple):
    """A complete record inside a damaged line."""

    offset: int
    record: bytes


def lines(chunk: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Lines with their offsets, without their newlines and without blank ones."""
    start = 0
    length = len(chunk)
    if not offset and chunk.startswith(BYTE_ORDER_MARK):
        start = len(BYTE_ORDER_MARK)
    while start < length:
        end = chunk.find(b"\n", start)
        if end < 0:
            end = length
        stop = end - 1 if end > start and chunk[end - 1] == 13 else end
        if stop > start and not chunk[start:stop].isspace():
            yield offset + start, chunk[start:stop]
        start = end + 1


_decoder = json.JSONDecoder()


def salvage(line: bytes, offset: int, is_record: Callable[[object], bool]) -> tuple[list[Found], list[Damage]]:
    """The complete records of a line that is none, and the places that belong to no record.

    `is_record` says whether a decoded object stands by itself, so that an object nested in a torn record is not taken
    for one.
    """
    if len(line) > LONGEST:
        return [], [Damage(offset, len(line), "too long")]
    # Latin-1 keeps one character per byte, so that positions in the text are offsets in the file.
    text = line.decode("latin-1")
    found: list[Found] = []
    damage: list[Damage] = []
    position = lost = 0
    while position < len(text):
        start = text.find("{", position)
        if start < 0:
            break
        end = _record_end(text, start, is_record)
        if end is None:
            # The next place where a record can begin: agents write objects that begin with a name.
            following = text.find('{"', start + 1)
            position = following if following >= 0 else len(text)
            continue
        if line[lost:start].strip():
            damage.append(_damage(line, offset, lost, start))
        found.append(Found(offset + start, line[start:end]))
        position = lost = end
    if line[lost:].strip():
        damage.append(_damage(line, offset, lost, len(line)))
    return found, damage


def mend(content: bytes) -> bytes | None:
    """JSON whose texts hold bytes that are no UTF-8, or halves of surrogate pairs, with ``?`` for each; None for no JSON.

    Agents cut texts in the middle of a character now and then, and a record is worth more than that character.
    """
    try:
        decoded = json.loads(content.decode("utf-8", "replace"))
        return json.dumps(decoded, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return None


def _record_end(text: str, start: int, is_record: Callable[[object], bool]) -> int | None:
    try:
        decoded, end = _decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return end if is_record(decoded) else None


def _damage(line: bytes, offset: int, start: int, end: int) -> Damage:
    lost = line[start:end]
    if not lost.strip(b"\0 \t\r"):
        return Damage(offset + start, end - start, "nul")
    return Damage(offset + start, end - start, "torn" if b'{"' in lost else "not json")
