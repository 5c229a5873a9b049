"""A made-up line format for tests of ingest, so that they need no agent's records.

Each line is JSON: ``{"prompt": …}`` starts a turn, ``{"say": …}`` is text, ``{"run": key}`` and ``{"end": key}`` are a
command, ``{"ask": …, "key": …}`` is a question put through a tool, ``{"tokens": n, "key": …}`` is a request,
``{"done": true}`` ends the turn, ``{"crash": why}`` is what the parser fails on, ``{"kill": true}`` what it
dies of. ``at`` is in seconds of the day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ppp_tui.model.event import (
    AssistantMessage,
    Event,
    MetadataLearned,
    QuestionAsked,
    Ref,
    RequestMeasured,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.sources.source import Capabilities, Damage, Identity, ParsedChunk, Payload, Presence
from ppp_tui.sources.walk import Skips

DAY = 1_795_132_800_000
"""2026-11-20 00:00:00 UTC in milliseconds."""


class NotesParser:
    """Parses the made-up format; its state is the number of lines so far."""

    def __init__(self, state: bytes) -> None:
        if state and not state.isdigit():
            raise ValueError("no state")
        self._lines = int(state or b"0")

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        reading = ParsedChunk()
        for line in chunk.splitlines(keepends=True):
            self._lines += 1
            try:
                record = json.loads(line)
            except ValueError:
                reading.damage.append(Damage(offset, len(line), "not json"))
            else:
                reading.events += _events(record, Ref(offset, len(line.rstrip())))
            offset += len(line)
        return reading

    def state(self, *, keeps_text: bool = True) -> bytes:
        return str(self._lines).encode()


def _events(record: dict[str, Any], ref: Ref) -> list[Event]:
    at = DAY + int(record.get("at", 0)) * 1000
    if "crash" in record:
        raise ZeroDivisionError(record["crash"])
    if "kill" in record:
        os._exit(9)
    if "prompt" in record:
        return [TurnStarted(at, ref, record.get("key", ""), record["prompt"])]
    if "say" in record:
        return [AssistantMessage(at, ref, record["say"])]
    if "run" in record:
        return [ToolCallStarted(at, ref, record["run"], "shell", "Bash", record.get("what", "ls"))]
    if "ask" in record:
        key, options = record["key"], tuple(record.get("options", ()))
        return [
            ToolCallStarted(at, ref, key, "ask", "Ask", record["ask"]),
            QuestionAsked(at, ref, record["ask"], key, options),
        ]
    if "end" in record:
        said = record.get("out", "")
        return [
            ToolCallFinished(
                at=at,
                ref=ref,
                key=record["end"],
                status=record.get("status", "ok"),
                exit_code=0,
                output_preview=said,
                output_length=len(said),
            )
        ]
    if "tokens" in record:
        return [
            RequestMeasured(
                at=at,
                ref=ref,
                key=record.get("key", ""),
                model="m1",
                input_tokens=10,
                output_tokens=record["tokens"],
            )
        ]
    if "project" in record:
        return [MetadataLearned(at, "project", record["project"])]
    return [TurnEnded(at, "completed")] if "done" in record else []


class NotesSource:
    """The made-up source."""

    name = "notes"
    title = "Notes"
    agent_name = "notes"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ()
    usual_place = "~/notes"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        return [home / "notes"]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        if root.is_file():
            yield root
        else:
            yield from sorted(path for path in root.rglob("*.note*") if path.is_file())

    def claims(self, path: Path) -> bool:
        return ".note" in path.name

    def identify(self, path: Path) -> Identity:
        return Identity(path.name.split(".note")[0])

    def presence_folder(self, root: Path) -> Path | None:
        return root.parent / "here"

    def presences(self, folder: Path) -> list[Presence]:
        """One file per running program: its name is the session's, its text what it waits for."""
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return [
            Presence(path.name, 4242, path.read_text(), DAY + 99_000, is_attended=path.name != "robot")
            for path in found
        ]

    def resume_command(self, native_id: str, project: str) -> str | None:
        return None

    def parser(self, path: Path, state: bytes = b"") -> NotesParser:
        return NotesParser(state)

    def load_input(self, record: bytes, key: str) -> Payload:
        return Payload(record.decode())

    def load_output(self, record: bytes, key: str) -> Payload:
        return Payload(record.decode())
