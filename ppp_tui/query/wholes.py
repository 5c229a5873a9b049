"""The whole of a step's input or output: read on demand from the session file, or from what was kept of it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Literal

from ppp_tui.model.ids import BITS
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.sources import content, registry
from ppp_tui.sources.source import LineSource, Whole

__all__ = ["Side", "Whole", "WholeMissingError", "raw_query", "whole"]

Side = Literal["input", "output"]
"""Which side of a step."""


class WholeMissingError(Exception):
    """The whole is not to be had; the message says why."""


def raw_query(step: StepLine, side: Side) -> Query[bytes | None]:
    """The step's record out of the kept pieces of its file, None if they were not kept."""
    offset, length = _place(step, side)

    def cut(rows: list[tuple[int, bytes]]) -> bytes | None:
        if not rows:
            return None
        pieces = b"".join(zlib.decompress(piece) for _, piece in rows)
        start = offset - rows[0][0]
        record = pieces[start : start + length]
        return record if len(record) == length else None

    return Query(
        "SELECT r.offset, r.content FROM raw_chunks AS r JOIN trajectories AS t ON t.file_id = r.file_id "
        "WHERE t.id = :trajectory AND r.offset < :end AND r.offset + r.length > :start ORDER BY r.offset",
        cut,
        {"trajectory": step.id >> (2 * BITS), "start": offset, "end": offset + length},
    )


def whole(step: StepLine, session: SessionRow, side: Side, kept: bytes | None = None) -> Whole:
    """The whole input or output. Raises WholeMissingError with a sentence for the person."""
    offset, length = _place(step, side)
    if not length:
        raise WholeMissingError("There is nothing more: the record holds no such part.")
    source = registry.source(session.source) if session.source in registry.NAMES else None
    if not isinstance(source, LineSource):
        raise WholeMissingError("This kind of session keeps no more than what is shown.")
    record = kept
    if record is None:
        try:
            record = content.read(Path(session.path), offset, length)
        except OSError as error:
            raise WholeMissingError(f"The session file cannot be read ({error.strerror or error}).") from error
    try:
        return source.whole_input(record, step.key) if side == "input" else source.whole_output(record, step.key)
    except ValueError as error:
        raise WholeMissingError(f"The session file holds something else there now ({error}).") from error


def _place(step: StepLine, side: Side) -> tuple[int, int]:
    return (step.input_offset, step.input_bytes) if side == "input" else (step.output_offset, step.output_bytes)
