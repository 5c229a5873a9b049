"""Cuts a session's bytes into lines, and recovers records from damaged ones.

Real session files are damaged at a known rate (30 lines in 11,000 files of one audit): two records on one line after a
lost newline, a record torn off by a full disk with the next one glued to it, runs of NUL bytes after a crash. Every
complete record in such a line is recovered, none is made up, and the rest is reported with its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal, NamedTuple

from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.source import Damage

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_PATIENCE = 16
"""Greatest average number of times that a byte of a damaged line is read in search of records."""

_DEEP = 10_000
"""Characters that count as read when the decoder gave up because of deep nesting."""


class RecoveredRecord(NamedTuple):
    """A complete record inside a damaged line."""

    offset: int
    record: bytes


def lines(chunk: bytes, offset: int) -> list[tuple[int, bytes]]:
    """Return non-blank lines with their offsets, without newlines."""
    cut: list[tuple[int, bytes]] = []
    start, length, find = 0, len(chunk), chunk.find
    has_returns = b"\r" in chunk
    if not offset and chunk.startswith(BYTE_ORDER_MARK):
        start = len(BYTE_ORDER_MARK)
    while start < length:
        end = find(b"\n", start)
        if end < 0:
            end = length
        line = chunk[start:end]
        if has_returns and line.endswith(b"\r"):
            line = line[:-1]
        if line and not line.isspace():
            cut.append((offset + start, line))
        start = end + 1
    return cut


def salvage(
    line: bytes, offset: int, is_record: Callable[[object], bool]
) -> tuple[list[RecoveredRecord], list[Damage]]:
    """Return the complete records in a line that is not one record, and the bytes that belong to none.

    `is_record` says whether a decoded object stands by itself. What a torn record nests is not taken for one, even if
    it looks like one. The work is bounded by the length of the line: of a line made to be slow, the rest is lost.
    """
    if len(line) >= MAX_LINE_BYTES:
        return [], [Damage(offset, len(line), "too long")]
    # Latin-1 keeps one character per byte, so that positions in the text are offsets in the file.
    text = line.decode("latin-1")
    records: list[RecoveredRecord] = []
    damage: list[Damage] = []
    position, lost, patience = 0, 0, _PATIENCE * len(text) + _DEEP
    while patience > 0:
        start = text.find("{", position)
        if start < 0:
            break
        decoded, end, cost = _decode_at(text, start)
        patience -= cost
        if decoded is None:
            # The next place where a record can begin: agents write objects that begin with a name.
            position = text.find('{"', start + 1)
            if position < 0:
                break
        elif not is_record(decoded) or _is_nested(text, start, end):
            # An object inside a complete object is part of it.
            position = end
        else:
            _lose(line, offset, lost, start, damage)
            records.append(RecoveredRecord(offset + start, line[start:end]))
            position = lost = end
    _lose(line, offset, lost, len(line), damage)
    return records, damage


def holds_whole_records(line: bytes) -> bool:
    """Return whether a line is one whole JSON object, or several without anything but white space between them."""
    text = line.removeprefix(BYTE_ORDER_MARK).strip()
    if not text.startswith(b"{") or not text.endswith(b"}") or len(text) >= MAX_LINE_BYTES:
        return False
    decoded_text = text.decode("latin-1")
    position = 0
    while position < len(decoded_text):
        decoded, position, _ = _decode_at(decoded_text, position)
        if not isinstance(decoded, dict):
            return False
        while position < len(decoded_text) and decoded_text[position].isspace():
            position += 1
    return True


def mend(content: bytes) -> bytes | None:
    """Return JSON with U+FFFD for invalid UTF-8 and ``?`` for lone surrogates; None for invalid JSON.

    Agents cut texts in the middle of a character now and then, and a record is worth more than that character.
    """
    try:
        decoded = _decoder.decode(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return json.dumps(decoded, ensure_ascii=False).encode("utf-8", "replace")


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse)


def _decode_at(text: str, start: int) -> tuple[object, int, int]:
    """Return the value at `start` and its end, None if it is incomplete; and how many characters were read."""
    try:
        decoded, end = _decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, start, max(1, error.pos - start)
    except (ValueError, RecursionError):
        return None, start, _DEEP
    return decoded, end, 0


def _is_nested(text: str, start: int, end: int) -> bool:
    """Return whether an object stands where only a part of another one can."""
    before, after = text[max(0, start - 64) : start].rstrip()[-1:], text[end : end + 64].lstrip()[:1]
    return bool(before and after) and before in ":,[" and after in ",]}"


def _lose(line: bytes, offset: int, start: int, end: int, damage: list[Damage]) -> None:
    """Report bytes that belong to no record; white space is no loss."""
    lost = line[start:end]
    if not lost.strip():
        return
    reason: Literal["nul", "not a record", "torn", "not json"]
    if not lost.strip(b"\0 \t\r"):
        reason = "nul"
    elif _is_json(lost):
        reason = "not a record"
    else:
        reason = "torn" if b'{"' in lost else "not json"
    damage.append(Damage(offset + start, end - start, reason))


def _is_json(lost: bytes) -> bool:
    try:
        _decoder.decode(lost.decode("latin-1"))
    except (ValueError, RecursionError):
        return False
    return True
