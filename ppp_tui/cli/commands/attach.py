"""``ppp-tui attach``: what an agent prints becomes a session, written through line by line."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.model.clock import Clock, SystemClock, to_text
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.paths import attached_sessions, plain_sessions, private_tail
from ppp_tui.sources.attached.errand import Errand
from ppp_tui.sources.attached.streams import STREAMS, Stream, file_name, stream_of
from ppp_tui.sources.json_records import JsonObject, compact_json, mended_object
from ppp_tui.sources.plain.records import is_record
from ppp_tui.text.sanitize import plain

PLAIN = "plain"
PIECE_BYTES = 1 << 16

TAIL_BYTES = 1 << 20
"""Bytes at the end of an earlier recording of a thread in which its last total is looked for."""


@click.command("attach")
@click.option(
    "--agent",
    "kind",
    type=click.Choice([*STREAMS, PLAIN]),
    help="What is piped in; without it, the first record tells.",
)
@click.option("--prompt", default="", metavar="TEXT", help="What the agent was asked, which most do not print.")
@click.option(
    "--project",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="The folder it works in, which Codex does not print.",
)
@click.option("--quiet", is_flag=True, help="Do not pass on what is piped in.")
@common_options
@examples("attach < stream.jsonl", "attach --quiet --prompt 'Fix it' --project . < stream.jsonl")
@pass_invocation
def attach_command(invocation: Invocation, kind: str | None, prompt: str, project: Path | None, quiet: bool) -> int:
    """Watch an agent without a session file: pipe into it what the agent prints.

    Write claude -p 'Fix it' --output-format stream-json --verbose | ppp-tui attach, or codex exec --json 'Fix it' |
    ppp-tui attach. Understood are these and plain lines; they are passed on unchanged. A session that the agent writes
    itself where ppp-tui reads it is left to that file. Ends with the input, and with status 1 if nothing in it was
    understood.
    """
    if sys.stdin.isatty():
        raise click.UsageError("attach reads what an agent prints on standard input; a terminal prints nothing.")
    # The agent ends by the same Ctrl+C, and with it the input: its last lines are still to be kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    recorder = _Recorder(invocation, kind, Errand(prompt, str(project or "")), SystemClock())
    with recorder:
        for line in _lines(sys.stdin.buffer, None if quiet else sys.stdout.buffer):
            recorder.take(line)
    if not recorder.is_understood:
        click.echo(
            "ppp-tui: attach understood no line of the input: ppp-tui attach --help tells what it reads.", err=True
        )
        return 1
    if recorder.own_file is not None:
        click.echo(f"ppp-tui: the session is read from {plain(str(recorder.own_file))}", err=True)
    return 0


class _Recorder:
    """Writes plain lines of what is piped in, to a file that ingest follows."""

    def __init__(self, invocation: Invocation, kind: str | None, errand: Errand, clock: Clock) -> None:
        self.is_understood = False
        self.own_file: Path | None = None
        """Where the agent itself writes the session, once that is known."""
        self._invocation = invocation
        self._kind = kind
        self._clock = clock
        self._errand = errand
        self._stream: Stream | None = STREAMS[kind](errand) if kind in STREAMS else None
        self._held: list[bytes] = []
        """Lines from before it is known where the session is kept."""
        self._file: BinaryIO | None = None

    def __enter__(self) -> _Recorder:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        stream = self._stream
        if stream is not None and self.is_understood and stream.native_id:
            outcome = "cancelled" if stream.is_turn_open else stream.outcome
            line = {"type": "finish", "at": self._now(), "outcome": outcome}
            self._put([compact_json(line).encode()], is_last=True)
        if self._file is not None:
            self._file.close()

    def take(self, line: bytes) -> None:
        """Read one line of the input."""
        record = mended_object(line)
        if record is None:
            if self._kind == PLAIN and self.is_understood and line.strip():
                # A wrong line costs itself: doctor tells of it.
                self._put([line])
            return
        stream = self._stream
        if stream is None and self._kind in (None, PLAIN) and is_record(record):
            self._kind, self.is_understood = PLAIN, True
            self._put_plain(record)
        elif stream is None and self._kind is None:
            stream = self._stream = stream_of(record, self._errand)
        elif self._kind == PLAIN and self.is_understood:
            self._put_plain(record)
        if stream is not None:
            self.is_understood = self.is_understood or stream.is_record(record)
            was_known = bool(stream.native_id)
            lines = stream.lines_of(record, self._now())
            if stream.native_id and not was_known:
                stream.resume(_tail(self._path(stream)))
            self._put([compact_json(made).encode() for made in lines])

    def _now(self) -> str:
        return f"{to_text(self._clock.now_ms()).replace(' ', 'T')}Z"

    def _put_plain(self, record: JsonObject) -> None:
        self._put([compact_json(record if record.get("at") else {**record, "at": self._now()}).encode()])

    def _put(self, lines: list[bytes], *, is_last: bool = False) -> None:
        """Write lines through; those of an agent's stream once it is known that nothing else keeps the session."""
        stream = self._stream
        if self.own_file is not None or not lines:
            return
        if stream is not None and self._file is None:
            self._held += lines
            if not (stream.is_under_way or is_last):
                return
            self.own_file = self._find_own_file(stream)
            if self.own_file is not None:
                return
            lines, self._held = self._held, []
        if self._file is None:
            self._file = self._open(stream)
        self._file.write(b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines))
        self._file.flush()

    def _open(self, stream: Stream | None) -> BinaryIO:
        if stream is not None:
            return private_tail(self._path(stream))
        folder = plain_sessions(self._invocation.environment, self._invocation.home_path)
        return private_tail(folder / f"piped-{self._clock.now_ms()}-{os.getpid()}.jsonl")

    def _path(self, stream: Stream) -> Path:
        return attached_sessions(self._invocation.environment, self._invocation.home_path) / file_name(stream)

    def _find_own_file(self, stream: Stream) -> Path | None:
        """Return the file of the same session in a folder that is read anyway, None if there is none."""
        roots = WatchRoots(
            self._invocation.ingest_options(), self._invocation.environment, self._invocation.home_path
        ).present()
        for root in roots:
            if root.source.name == stream.kind:
                for path in root.source.find(root.path):
                    if root.source.identify(path).native_id == stream.native_id:
                        return path
        return None


def _tail(path: Path) -> bytes:
    """Return the end of an earlier recording, nothing where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            return file.read()
    except OSError:
        return b""


def _lines(source: BinaryIO, target: BinaryIO | None) -> Iterator[bytes]:
    """Yield whole lines, and pass every byte on before it is looked at."""
    rest = bytearray()
    while piece := os.read(source.fileno(), PIECE_BYTES):
        if target is not None:
            try:
                target.write(piece)
                target.flush()
            except OSError:
                # The next program of the pipe is gone; the agent is recorded all the same.
                target = None
                with suppress(OSError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        rest += piece
        if b"\n" not in piece:
            if len(rest) > MAX_LINE_BYTES:
                rest.clear()
            continue
        *complete_lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        yield from complete_lines
    if rest:
        yield bytes(rest)
