"""Reads the sessions of Jotter, an agent made up for this example: JSON lines in ``~/.jotter/<session>.jot``.

{"kind": "prompt", "id": "p1", "at": "2026-11-20T10:00:00.000Z", "text": "Fix the login", "folder": "/home/me/shop"}
{"kind": "call", "id": "c1", "at": "…", "command": "pytest -q"}
{"kind": "result", "id": "c1", "at": "…", "exit": 1, "output": "1 failed"}
{"kind": "reply", "id": "m1", "at": "…", "text": "Done.", "model": "gemini-3-pro", "input": 1200, "output": 45}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from ppp_tui.model import event as e
from ppp_tui.model.limits import MAX_COUNT, PREVIEW_CHARS
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.lines import lines
from ppp_tui.sources.parser_state import StateCodec, remember
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, Damage, Identity, LineSource, ParsedChunk, Parser, Payload
from ppp_tui.sources.walk import Skips, walk_files

SUFFIX = ".jot"
MAX_TARGET_CHARS = 200
MAX_RECORDS = 2000


class Record(msgspec.Struct):
    """A line of a session; what a record does not have keeps its default."""

    kind: str
    id: str = ""
    at: str = ""
    text: str = ""
    folder: str = ""
    command: str = ""
    exit: int | None = None
    output: str | int = ""
    """A command's output, or how many tokens a reply has."""
    input: int = 0
    model: str = ""


class JotterState(msgspec.Struct):
    """What the parser remembers between two readings of a file."""

    facts: dict[str, str] = {}
    read: dict[str, int] = {}
    """Records that were read: one that is written again is not read again."""


class JotterParser:
    """Turns lines into events, in the order of the file."""

    _codec = StateCodec(JotterState, "Jotter")
    _decode = msgspec.json.Decoder(Record).decode

    def __init__(self, state: bytes = b"") -> None:
        """Go on from a state. Raises ValueError for bytes that are none."""
        self._emitter = EventEmitter(self._codec.decode(state))
        self._emitter.facts = self._emitter.state.facts

    def state(self, *, keeps_text: bool = True) -> bytes:
        """Return what a later parser needs; facts are neither prompts nor outputs."""
        del keeps_text
        return self._codec.encode(self._emitter.state)

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        """Read whole lines; one that is no record is reported with its place."""
        for start, line in lines(chunk, offset):
            try:
                record = self._decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self._emitter.reading.damage.append(Damage(start, len(line), "not a record"))
            else:
                self._read(record, e.Ref(start, len(line)))
        return self._emitter.take_reading()

    def _read(self, record: Record, ref: e.Ref) -> None:
        emitter, at = self._emitter, self._emitter.time_of(record.at)
        key = f"{record.kind} {record.id}"
        if key in emitter.state.read:
            return
        remember(emitter.state.read, key, 1, MAX_RECORDS)
        if record.kind == "prompt":
            emitter.note(at, "project", record.folder)
            emitter.emit(e.TurnStarted(at, ref, key=record.id, prompt=record.text))
        elif record.kind == "call":
            emitter.emit(
                e.ToolCallStarted(
                    at,
                    ref,
                    key=record.id,
                    kind="shell",
                    tool="run",
                    target=" ".join(record.command.split())[:MAX_TARGET_CHARS],
                    input_preview=record.command[:PREVIEW_CHARS],
                    input_length=len(record.command),
                    command=record.command,
                )
            )
        elif record.kind == "result":
            output = str(record.output)
            emitter.emit(
                e.ToolCallFinished(
                    at,
                    ref,
                    key=record.id,
                    status="failed" if record.exit else "ok",
                    exit_code=None if record.exit is None else min(max(record.exit, -MAX_COUNT), MAX_COUNT),
                    output_preview=output[:PREVIEW_CHARS],
                    output_length=len(output),
                    output=output,
                )
            )
        elif record.kind == "reply":
            emitter.note(at, "model", record.model)
            emitter.emit(e.AssistantMessage(at, ref, record.text, request=record.id, is_final=True))
            emitter.emit(
                e.RequestMeasured(
                    at,
                    ref,
                    key=record.id or f"at {ref.offset}",
                    model=record.model,
                    input_tokens=_count(record.input),
                    output_tokens=_count(record.output),
                )
            )
            emitter.emit(e.TurnEnded(at, "completed"))
        else:
            emitter.count_unknown(record.kind)


def _count(value: str | int) -> int:
    return min(max(value, 0), MAX_COUNT) if isinstance(value, int) else 0


class Jotter:
    """The source ``jotter``."""

    name = "jotter"
    title = "Jotter"
    agent_name = "jotter"
    version = 1
    provider = "google"
    home_variables: tuple[str, ...] = ("JOTTER_HOME",)
    usual_place = "`~/.jotter`, or below `JOTTER_HOME`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of sessions, existing or not."""
        return [Path(environment.get("JOTTER_HOME") or home / ".jotter")]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every session below a root."""
        return walk_files(root, lambda name: name.endswith(SUFFIX), skips)

    def claims(self, path: Path) -> bool:
        """Whether a path is a session by its name."""
        return path.name.endswith(SUFFIX)

    def identify(self, path: Path) -> Identity:
        """Return the session's id: the file's name."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the shell command that resumes a session in its folder."""
        return resume_in_folder("jotter --resume", native_id, project)

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """Return a parser for the file, going on from a state."""
        del path
        return JotterParser(state)

    def load_input(self, record: bytes, key: str) -> Payload:
        """Return a command. Raises ValueError if the record does not hold it."""
        return Payload(_record_of(record, key, "call").command)

    def load_output(self, record: bytes, key: str) -> Payload:
        """Return a command's output. Raises ValueError if the record does not hold it."""
        return Payload(str(_record_of(record, key, "result").output))


def _record_of(content: bytes, key: str, kind: str) -> Record:
    try:
        record = msgspec.json.decode(content, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no record") from error
    if (record.kind, record.id) != (kind, key):
        raise ValueError("another record")
    return record


SOURCE: LineSource = Jotter()
"""What the entry point names."""
