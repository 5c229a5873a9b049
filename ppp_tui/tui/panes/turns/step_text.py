"""One step in full: its input and output as lines to read, and its facts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import partial

from ppp_tui.model.ids import number_of
from ppp_tui.model.project import path_tail
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import SessionRow, StepLine, UsageLine
from ppp_tui.query.sessions.payloads import (
    PayloadMissingError,
    Side,
    kept_record,
    load_payload,
    read_descriptions,
)
from ppp_tui.query.sessions.steps import same_calls
from ppp_tui.text.format import UNKNOWN, clock_time, cost_micros, count, counted, duration, percent, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import project_name
from ppp_tui.tui.panes.turns.conversation import message_lines
from ppp_tui.tui.panes.turns.question_text import question_block
from ppp_tui.tui.panes.turns.step_cells import is_failed, took_ms
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads, load_outputs
from ppp_tui.tui.widgets.diff import diff_lines, json_lines
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, fact_line, text_lines

MAX_NEIGHBOUR_BYTES = 256 * 1024
"""Size above which only the beginning of a neighbouring step is shown, as the database keeps it."""


MAX_CALLS = 12
"""Calls like the shown one that are listed."""


async def read_step(fetch: Fetch, step: StepLine, session: SessionRow, loaded: LoadedTurn | None) -> list[TextLine]:
    """Return the description, input and output of a step of a turn, read from its session file.

    Where that is not to be had, what the database keeps stands in its place, with the reason. It keeps whole messages.
    """
    if step.kind == "message" and step.text_end is not None and loaded is not None and loaded.text.is_text_kept:
        return [TextLine("message", "heading"), *message_lines(loaded, step), TextLine("")]
    lines: list[TextLine] = []
    if description := await asyncio.to_thread(_read_description, step, session):
        lines += [TextLine(plain(description), "strong"), TextLine("")]
    for side, shown in (await _read_sides(fetch, step, session)).items():
        lines += [TextLine(side, "heading"), *shown, TextLine("")]
    return lines


async def read_neighbour(
    fetch: Fetch, step: StepLine, session: SessionRow, loaded: LoadedTurn, key: str = ""
) -> list[TextLine]:
    """Return a step near one of a turn below its heading, with the key that leads there; '' for none.

    What the heading tells is not repeated.
    """
    description = await asyncio.to_thread(_read_description, step, session)
    lines = [_neighbour_title(step, description, loaded.turn.number, key)]
    if step.kind == "message":
        is_near = step.turn_number == loaded.turn.number
        return [*lines, *(message_lines(loaded, step) if is_near else text_lines(step.input_preview)), TextLine("")]
    parts = await _read_sides(fetch, step, session, MAX_NEIGHBOUR_BYTES)
    if step.kind in ("read", "ask") or (step.kind == "shell" and not description):
        parts.pop("input" if "output" in parts else "output", None)
    for shown in parts.values():
        lines += shown
    return [*lines, TextLine("")]


def _read_description(step: StepLine, session: SessionRow) -> str:
    return read_descriptions([step], session).get(step.id, "")


async def _read_sides(
    fetch: Fetch, step: StepLine, session: SessionRow, max_bytes: int | None = None
) -> dict[Side, list[TextLine]]:
    sides: tuple[Side, ...] = ("input", "output") if step.output_bytes else ("input",)
    parts = {side: await _read_side(fetch, step, session, side, max_bytes) for side in sides}
    if step.kind == "edit" and _is_diff(parts.get("output", [])):
        # Input and output are the same diff: it is shown once.
        del parts["input"]
    return parts


async def _read_side(
    fetch: Fetch, step: StepLine, session: SessionRow, side: Side, max_bytes: int | None
) -> list[TextLine]:
    preview = step.input_preview if side == "input" else step.output_preview
    if max_bytes is not None and (step.input_bytes if side == "input" else step.output_bytes) > max_bytes:
        return markdown_lines(preview) if step.kind == "thinking" else text_lines(preview)
    try:
        kept = await fetch(kept_record(step, side))
        payload = await asyncio.to_thread(load_payload, step, session, side, kept)
        lines_of = markdown_lines if step.kind == "thinking" else partial(_payload_lines, payload.form)
        return await asyncio.to_thread(lines_of, payload.text)
    except (*READ_ERRORS, PayloadMissingError) as error:
        return [TextLine(plain(str(error)), "notice"), *text_lines(preview)]


def _payload_lines(form: str, text: str) -> list[TextLine]:
    """Return the text of a payload as lines to read, by its form."""
    if form == "diff":
        return diff_lines(text)
    if form == "json":
        return json_lines(text)
    if form == "markdown":
        return markdown_lines(text)
    return text_lines(text)


def _is_diff(lines: Sequence[TextLine]) -> bool:
    return any(line.tone in ("added", "removed", "hunk") for line in lines)


def step_facts(step: StepLine, loaded: LoadedTurn, session: SessionRow, zone: tzinfo, now_ms: int) -> list[TextLine]:
    """Return the facts of a step other than its texts: when, how long, how it ended, which request asked."""
    took = took_ms(step, now_ms)
    wall_ms = loaded.turn.wall_ms
    share = f", {percent(took / wall_ms)} of the turn" if took and wall_ms and took <= wall_ms else ""
    ended = f"exit {step.exit_code}" if step.exit_code is not None else step.status
    lines = [
        fact_line(
            "session", plain(" · ".join(filter(None, (session.agent_name, project_name(session), session.branch))))
        ),
        fact_line("turn", plain(f"{step.turn_number} of {session.title or session.native_id}")),
        fact_line("began", clock_time(step.started_at, zone)),
        fact_line("took", f"{duration(took)}{share}" if took is not None else UNKNOWN),
        *_others(step, loaded.steps),
        fact_line("ended", plain(ended), "notice" if is_failed(step) else "text"),
        fact_line("texts", f"{counted(step.input_length, 'character')} in, {count(step.output_length)} out"),
    ]
    request = next((line for line in loaded.usage if number_of(line.id) == step.request_number), None)
    if request is not None:
        lines += _request(request)
    if step.input_bytes and session.path:
        place = f"{counted(step.input_bytes, 'byte')} at {step.input_offset:,}"
        lines += [fact_line("record", place), fact_line("", plain(path_tail(session.path, 1)), "dim")]
    return lines


def _others(step: StepLine, steps: Sequence[StepLine]) -> list[TextLine]:
    """Return how long the other calls of the same tool took in the turn; empty without any."""
    label = tool_label(step)
    others = [other for other in steps if other.id != step.id and tool_label(other) == label]
    times = sorted(other.duration_ms for other in others if other.duration_ms is not None)
    if not times:
        return []
    between = duration(times[0]) if times[0] == times[-1] else f"{duration(times[0])} to {duration(times[-1])}"
    failed = sum(map(is_failed, others))
    failures = f", {failed} failed" if failed else ""
    return [fact_line("", plain(f"{counted(len(others), f'other {label} call')}: {between}{failures}"), "dim")]


def _request(request: UsageLine) -> list[TextLine]:
    sent = request.tokens
    cost = UNKNOWN if request.cost_micros is None else cost_micros(request.cost_micros)
    return [
        fact_line("asked by", plain(f"request {number_of(request.id)}, {request.model}")),
        fact_line("", f"{tokens(sent.total - sent.output)} tokens in, {tokens(sent.output)} out, {cost}", "dim"),
    ]


async def read_calls(fetch: Fetch, shown: StepLine, session: SessionRow, zone: tzinfo) -> list[TextLine]:
    """Return the calls of the session that are like the shown one, with how each ended; empty where there is none."""
    calls = await fetch(same_calls(shown, MAX_CALLS)) if shown.target else []
    payloads = TurnPayloads()
    short = [call for call in calls if call.output_bytes <= MAX_NEIGHBOUR_BYTES]
    await load_outputs(fetch, short, session, payloads)
    return call_lines(calls, {id_: payload.text for id_, payload in payloads.outputs.items()}, shown, zone)


def call_lines(calls: Sequence[StepLine], outputs: Mapping[int, str], shown: StepLine, zone: tzinfo) -> list[TextLine]:
    """Return calls with the last line of each output that was read; empty where the shown one is the only call."""
    if len(calls) < 2:
        return []
    kinds = {"read": "reads of this file", "edit": "edits of this file"}
    failed = sum(map(is_failed, calls))
    title = f"{kinds.get(shown.kind, 'the same call')} in this session: {counted(len(calls), 'time')}"
    lines = [TextLine(f"{title}, {failed} failed" if failed else title, "heading")]
    for call in calls:
        sign = "▹" if call.id == shown.id else " "
        ended = f"exit {call.exit_code}" if call.exit_code is not None else call.status
        before = (
            f"{sign} turn {call.turn_number:<5} {clock_time(call.started_at, zone)}  {duration(call.duration_ms):>7}  "
        )
        tone = TextSpan(len(before), len(before) + len(ended), "notice" if is_failed(call) else "dim")
        last = " ".join(outputs.get(call.id, "").strip().rpartition("\n")[2].split())
        lines.append(TextLine(plain(f"{before}{ended:<7} {last}"), spans=(tone,), indent=len(before) + 8))
    return [*lines, TextLine("")]


def _neighbour_title(step: StepLine, description: str, turn_number: int, key: str) -> TextLine:
    took = f"  {duration(step.duration_ms)}" if step.duration_ms is not None else ""
    turn = f"turn {step.turn_number}  " if step.turn_number != turn_number else ""
    # A thought or message has nothing but its text, which follows.
    subject = "" if step.kind in ("thinking", "message") else f"  {step_subject(step, description)}"
    text = plain(f"{key} {turn}{tool_label(step)}{subject}{took}".strip())
    spans = (TextSpan(0, len(key), "accent"),) if key else ()
    return TextLine(text, "notice" if is_failed(step) else "heading", spans=spans, indent=2)


def turn_words(loaded: LoadedTurn, width: int) -> list[TextLine]:
    """Return what a turn was asked, what it answered, and its questions with their answers, `width` cells wide."""
    lines: list[TextLine] = []
    for title, words in (("asked", loaded.text.prompt), ("answered", loaded.text.response)):
        if words.strip():
            lines += [TextLine(title, "heading"), *text_lines(words.strip()), TextLine("")]
    if loaded.questions:
        lines.append(TextLine("its questions", "heading"))
        lines += [line for question in loaded.questions for line in question_block(question, width)]
        lines.append(TextLine(""))
    return lines
