"""The records of a turn as the agent wrote them, with their offsets. Reads the session file, so for threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions.payloads import PayloadMissingError, Side, read_record, record_place
from ppp_tui.text.format import count, counted, date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.step_names import tool_label
from ppp_tui.tui.widgets.diff import json_lines
from ppp_tui.tui.widgets.text_lines import TextLine

MAX_RECORDS = 200
"""Maximum of records that are shown."""

MAX_BYTES = 1024 * 1024
"""Maximum bytes of records that are shown; a larger one is named, and its step shows it."""


def raw_lines(steps: Sequence[StepLine], session: SessionRow, zone: tzinfo) -> list[TextLine]:
    """Return the session file's records of the steps as indented JSON, each record once."""
    lines = [
        TextLine(plain(f"file     {session.path or '(none)'}"), is_preformatted=True),
        TextLine(plain(f"session  {session.native_id}  {session.source}  version {session.agent_version}")),
        TextLine(plain(f"began    {date_time(session.started_at or None, zone)}  branch {session.branch or '–'}")),
    ]
    places: set[int] = set()
    room = MAX_BYTES
    for step in steps:
        for side in _SIDES:
            offset, length = record_place(step, side)
            if not length or offset in places:
                continue
            if len(places) == MAX_RECORDS:
                return [*lines, TextLine(""), TextLine("… more records are not shown", "dim")]
            places.add(offset)
            title = (
                f"step {step.number}  {plain(tool_label(step))}  {side}, {counted(length, 'byte')} at {count(offset)}"
            )
            lines += [TextLine(""), TextLine(title, "heading")]
            if length > room:
                lines.append(TextLine("too large to be shown here", "dim"))
                continue
            room -= length
            lines += _record(step, session, side)
    return lines


_SIDES: tuple[Side, ...] = ("input", "output")


def _record(step: StepLine, session: SessionRow, side: Side) -> list[TextLine]:
    try:
        record = read_record(step, session, side)
    except PayloadMissingError as error:
        return [TextLine(plain(str(error)), "notice")]
    if not record:
        return [TextLine("the session has no file", "dim")]
    lines: list[TextLine] = []
    for piece in record.splitlines():
        lines += json_lines(piece.decode("utf-8", "replace"))
    return lines
