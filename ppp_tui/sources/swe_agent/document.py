"""Reads what a run's document gained, as plain lines, and the result that an evaluation left beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.json_records import JsonObject, mended_object, object_of, objects_of, read_object, text_of
from ppp_tui.sources.parser_state import StateCodec
from ppp_tui.sources.plain.made_lines import PlainLine, parse_made_lines
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.swe_agent import messages, steps
from ppp_tui.sources.swe_agent.instance import instance_of

MAX_REPORT_BYTES = 16 * 1024 * 1024


class RunState(msgspec.Struct, array_like=True):
    """How much of a run was read."""

    parser: bytes = b""
    offset: int = 0
    """Bytes of lines that were made so far."""
    first: int = 0
    """Hash of the first entry: another one there is another run."""
    entries: int = 0
    """Messages or steps that were read."""
    runs: int = 0
    """Runs that were written to the same file before."""
    is_over: bool = False
    score: float | None = None


CODEC = StateCodec(RunState, "SWE-agent")


def read_run(path: Path, state: bytes, reports: Iterable[Path]) -> TablesRead:
    """Return the events that a run gained since `state`; none while its document is being written.

    Raises OSError for a file that cannot be read, is no run, or is larger than any.
    """
    document = _read(path)
    if document is None:
        return TablesRead(ParsedChunk(), state, False)
    reader, name = (steps, "trajectory") if "trajectory" in document else (messages, "messages")
    entries = objects_of(document, name)
    run = CODEC.decode_or_new(state)
    first = hash64(repr(entries[:1]))
    if run.entries and (len(entries) < run.entries or first != run.first):
        run = RunState(runs=run.runs + 1)
    if not entries:
        return TablesRead(ParsedChunk(), state, False)
    instance = text_of(document, "instance_id") or instance_of(path)
    lines: list[PlainLine] = [] if run.entries else _begin(path, document, instance)
    if not run.entries and reader is steps:
        lines.append({"type": "turn", "prompt": steps.first_prompt(document), "key": "task"})
    for number, entry in enumerate(entries[run.entries :], run.entries):
        lines += reader.lines_of(entry, number, _model(document))
    info = object_of(document, "info")
    status, score = text_of(info, "exit_status"), _score(instance, info, reports)
    if status and (not run.is_over or score != run.score):
        lines += _end(document, score, is_first=not run.is_over)
        run.is_over, run.score = True, score
    run.first, run.entries = first, len(entries)
    if run.runs:
        lines = [{"trajectory": f"run {run.runs + 1}", **line} for line in lines]
    reading, run.parser, run.offset = parse_made_lines(path, lines, run.parser, run.offset)
    return TablesRead(reading, CODEC.encode(run), False)


def _read(path: Path, limit: int = MAX_LINE_BYTES) -> JsonObject | None:
    with path.open("rb") as file:
        content = file.read(limit)
    if len(content) >= limit:
        raise OSError(f"the document has {limit // 1024**2} MiB or more")
    document = mended_object(content)
    if document is not None and not ("messages" in document or "trajectory" in document):
        raise OSError("no run of SWE-agent or mini-SWE-agent")
    return document


def _model(document: JsonObject) -> str:
    config = object_of(object_of(document, "info"), "config")
    name = text_of(object_of(config, "model"), "model_name")
    if not name:
        # SWE-agent keeps its configuration as JSON within JSON.
        config = mended_object(text_of(document, "replay_config").encode("utf-8", "replace")) or {}
        name = text_of(object_of(object_of(config, "agent"), "model"), "name")
    return name


def _begin(path: Path, document: JsonObject, instance: str) -> list[PlainLine]:
    model = _model(document)
    agent = "SWE-agent" if "trajectory" in document else "mini-swe-agent"
    start = {
        "type": "start",
        "agent_name": f"{agent} {model.rpartition('/')[2]}".strip(),
        "model": model,
        "spec_id": instance,
        "run_id": "/".join(path.parts[-3:-1]),
        "title": instance,
        "agent_version": text_of(object_of(document, "info"), "mini_version"),
    }
    return [start]


def _end(document: JsonObject, score: float | None, *, is_first: bool) -> list[PlainLine]:
    info = object_of(document, "info")
    status = text_of(info, "exit_status")
    lines: list[PlainLine] = []
    if is_first:
        if "trajectory" in document:
            lines += steps.total_usage(info, _model(document))
        is_done = status.lower() == "submitted"
        lines.append({"type": "response", "status": "completed" if is_done else "failed"})
        lines.append({"type": "finish", "outcome": "completed" if is_done else "failed", "message": status})
    content = {"exit_status": status, "submission": text_of(info, "submission")}
    return [*lines, {"type": "artifact", "content": content, "score": score}]


def _score(instance: str, info: JsonObject, reports: Iterable[Path]) -> float | None:
    """Return 1 for a resolved instance and 0 for one that is not, None if unknown."""
    if isinstance(info.get("resolved"), bool):
        return float(info["resolved"])
    for report in reports:
        content = read_object(report, MAX_REPORT_BYTES) or {}
        resolved = object_of(content, instance).get("resolved")
        if isinstance(resolved, bool):
            return float(resolved)
        resolved_ids = content.get("resolved_ids", content.get("resolved"))
        if isinstance(resolved_ids, list):
            judged = content.get("completed_ids", content.get("submitted_ids"))
            if instance in resolved_ids:
                return 1.0
            if isinstance(judged, list) and instance in judged:
                return 0.0
    return None
