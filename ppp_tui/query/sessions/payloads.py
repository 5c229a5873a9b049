"""The whole of a step's input or output: read on demand from the session file, or from what was kept of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.sources import content, registry
from ppp_tui.sources.call_description import call_description
from ppp_tui.sources.source import LineSource, Payload, reads_lines

__all__ = ["Payload", "PayloadMissingError", "Side", "kept_record", "load_payload"]

Side = Literal["input", "output"]
"""Which side of a step."""

_PIECES = """
SELECT r.offset, r.content FROM trajectories AS t CROSS JOIN raw_chunks AS r
WHERE t.id = :trajectory AND r.file_id = t.file_id AND r.offset < :beyond
    AND r.offset >= coalesce((SELECT max(b.offset) FROM raw_chunks AS b
                              WHERE b.file_id = t.file_id AND b.offset <= :start), 0)
ORDER BY r.offset
"""


class PayloadMissingError(Exception):
    """The whole is not to be had; the message says why."""


def kept_record(step: StepLine, side: Side) -> Query[bytes | None]:
    """Query the step's record out of the kept pieces of its file; None if they were not kept, or not all of them."""
    offset, length = record_place(step, side)

    def cut(rows: list[tuple[int, bytes]]) -> bytes | None:
        if not rows or not length:
            return None
        begin = end = rows[0][0]
        pieces: list[bytes] = []
        for at, compressed in rows:
            if at > end:
                return None
            try:
                piece = zlib.decompress(compressed)[end - at :]
            except zlib.error:
                return None
            pieces.append(piece)
            end += len(piece)
        record = b"".join(pieces)[offset - begin : offset - begin + length] if begin <= offset else b""
        return record if len(record) == length else None

    return Query(_PIECES, cut, {"trajectory": step.id >> (2 * CHILD_BITS), "start": offset, "beyond": offset + length})


def load_payload(step: StepLine, session: SessionRow, side: Side, raw: bytes | None = None) -> Payload:
    """Return the whole input or output, out of kept bytes (`kept_record`) or the session file, whichever holds it.

    Raises PayloadMissingError with a sentence for the user.
    """
    offset, length = record_place(step, side)
    if not length:
        raise PayloadMissingError("There is nothing more: the record holds no such part.")
    source = registry.find_source(session.source)
    if source is None or not reads_lines(source):
        raise PayloadMissingError("This kind of session keeps no more than what is shown.")
    if raw is not None:
        try:
            return _read(source, raw, step.key, side)
        except ValueError:
            # Kept from an earlier life of the file, perhaps: the file itself has the last word.
            pass
    record = _read_file(session, offset, length)
    try:
        return _read(source, record, step.key, side)
    except ValueError as error:
        raise PayloadMissingError(f"The session file holds something else there now ({error}).") from error


def _read(source: LineSource, record: bytes, key: str, side: Side) -> Payload:
    return source.load_input(record, key) if side == "input" else source.load_output(record, key)


def _read_file(session: SessionRow, offset: int, length: int) -> bytes:
    try:
        return content.read(Path(session.path), offset, length)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PayloadMissingError(f"The session file cannot be read ({reason}).") from error


def record_place(step: StepLine, side: Side) -> tuple[int, int]:
    """Return where the record of a step's input or output begins in its file, and how many bytes it has."""
    return (step.input_offset, step.input_bytes) if side == "input" else (step.output_offset, step.output_bytes)


MAX_DESCRIBED_BYTES = 256 * 1024
"""Larger records are not read for a description alone."""


def read_descriptions(steps: Iterable[StepLine], session: SessionRow) -> dict[int, str]:
    """Return what the agent itself wrote about its calls, by step id, out of the session file where it still lies.

    Blocks on files: call it in a thread. Steps without a description, and those that cannot be read, are left out.
    """
    path = Path(session.path)
    if not session.path or content.is_packed(path) or registry.find_source(session.source) is None:
        return {}
    described: dict[int, str] = {}
    for step in steps:
        if step.key and 0 < step.input_bytes <= MAX_DESCRIBED_BYTES:
            try:
                record = content.read(path, step.input_offset, step.input_bytes)
            except (OSError, ValueError):
                return described
            if description := call_description(record, step.key):
                described[step.id] = description
    return described


def read_record(step: StepLine, session: SessionRow, side: Side) -> bytes:
    """Return the bytes of the record that holds one side of a step, as the agent wrote them; b'' without one.

    Blocks on a file: call it in a thread. Raises WholeMissingError.
    """
    offset, length = record_place(step, side)
    if not length or not session.path:
        return b""
    return _read_file(session, offset, length)
