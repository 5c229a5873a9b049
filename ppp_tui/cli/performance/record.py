"""``ppp-tui record``: performance events out of JSON lines, such as programs in other languages write."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.model.clock import parse_stored_time
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.logger import PerformanceRecorder

MAX_RECORD_BYTES = 1 << 20
"""The longest line that is read."""

MAX_TOLD = 20
"""Refused lines that are told one by one."""

_FIELDS = frozenset({"type", "timestamp", "data", "identifiers", "is_anonymized"})


@click.command("record")
@click.argument("file", type=click.File("rb"), default="-", metavar="[FILE]")
@common_options
@examples("record events.jsonl", "$ ppp-tui export --events --database old.db | ppp-tui record")
@pass_invocation
def record_command(invocation: Invocation, file: BinaryIO) -> int:
    """Record performance events that a program in another language wrote as JSON lines.

    Each line of FILE, or of the input, is an object with `type` and `data`, and perhaps `timestamp` (UTC text or
    milliseconds; now without it), `identifiers` (fields of `data` that name somebody) and `is_anonymized`: the lines of
    `export --events`. Each is checked like one that is logged, kept as the settings say, and told with its number if it
    is refused; the status is 1 then.
    """
    from ppp_tui.logger import TrajectoryLogger

    if file.name == "<stdin>" and sys.stdin.isatty():
        raise click.UsageError("record reads JSON lines from a file or the standard input; a terminal has none.")
    if not invocation.settings.ppp.enabled:
        raise click.ClickException("your settings log nothing: see ppp.enabled.")
    config = {} if invocation.config is None else {"PPP_TUI_CONFIG": str(invocation.config.absolute())}
    recorded, refused = 0, 0
    with TrajectoryLogger.open(invocation.database_path, environment={**os.environ, **config}) as log:
        for number, line in enumerate(_lines(file), 1):
            if not line.strip():
                continue
            try:
                _record(log.performance, line)
            except (ValueError, TypeError) as error:
                refused += 1
                if refused <= MAX_TOLD:
                    click.echo(f"ppp-tui: line {number}: {plain(_reason(error))}", err=True)
            else:
                recorded += 1
    if refused > MAX_TOLD:
        click.echo(f"ppp-tui: {counted(refused, 'line')} refused, of which the first {MAX_TOLD} are told.", err=True)
    click.echo(f"{counted(recorded, 'event')} recorded in {plain(str(invocation.database_path))}")
    return 1 if refused else 0


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines; one that is too long as its beginning, which is no JSON."""
    while line := file.readline(MAX_RECORD_BYTES):
        rest = line
        while len(rest) == MAX_RECORD_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_RECORD_BYTES)
            line = line[:1000]
        yield line


def _record(recorder: PerformanceRecorder, line: bytes) -> None:
    """Record the event of a line. Raises ValueError or TypeError for what is none."""
    try:
        entry: Any = json.loads(line)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        raise ValueError("it is no JSON") from error
    if not isinstance(entry, dict) or not {"type", "data"} <= entry.keys():
        raise ValueError("an event is an object with type and data")
    unknown = sorted(entry.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"{unknown[0]} is no field; there are {', '.join(sorted(_FIELDS))}")
    is_anonymized = entry.get("is_anonymized", False)
    if not isinstance(is_anonymized, bool):
        raise TypeError("is_anonymized: true or false is asked for")
    at_ms = None
    if entry.get("timestamp") is not None:
        at_ms = parse_stored_time(entry["timestamp"])
        if not at_ms:
            raise ValueError(f"timestamp: {entry['timestamp']!r} is not a time")
    recorder.record_event(
        entry["type"],
        entry["data"],
        identifiers=entry.get("identifiers") or (),
        at_ms=at_ms,
        is_anonymized=is_anonymized,
    )


def _reason(error: Exception) -> str:
    """Return what is wrong in one sentence, with the field."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
