"""Reads one session file from its offset on, a bounded piece at a time.

A piece ends with a whole line. What follows the last newline waits for the rest, unless the file has been quiet for
`QUIET_MS` and the remainder is a whole record: some agents end without a newline, and no record may be lost to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.question_judges import judge_of
from ppp_tui.fold.trajectory import FoldOptions, Pricing
from ppp_tui.ingest.file_identity import ANCHOR_BYTES, HEAD_BYTES, FileStat, StaleStateError, fingerprint
from ppp_tui.ingest.options import CHUNK_BYTES, QUIET_MS, IngestOptions, version_of
from ppp_tui.model.clock import is_due
from ppp_tui.model.event import Event, MetadataLearned, TrajectorySwitched
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.model.rows import ArtifactRow
from ppp_tui.scoring.ranking.technical import completeness_only
from ppp_tui.sources import content
from ppp_tui.sources.lines import holds_whole_records
from ppp_tui.sources.source import ParsedChunk, Source, TableSource, reads_lines, reads_tables
from ppp_tui.store.write import FileBatch
from ppp_tui.store.writers.files import SourceFile

LEFT_OUT = "left out"
"""Reason of a gap in a compressed file that is not read beyond a limit."""


class FaultError(Exception):
    """This program failed on the content of a file: that file is skipped, all others are read."""


@contextmanager
def _own_faults() -> Iterator[None]:
    """Raise FaultError for any fault of the block."""
    try:
        yield
    except Exception as error:
        raise FaultError from error


class FileTailer:
    """Reads one session file further, from its stored offset and states."""

    def __init__(self, file: SourceFile, source: Source, pricing: Pricing, options: IngestOptions) -> None:
        """Prepare to read on from the file's state. Raises StaleStateError."""
        self.file = file
        self.waiting_bytes = 0
        """Bytes of a complete last record that has no newline yet, and may still grow."""
        self._source = source
        self._options = options
        self._path = Path(file.path)
        self._identity = source.identify(self._path)
        try:
            self._fold = FileFold(
                file.fold_state,
                FoldOptions(
                    pricing,
                    keeps_text=options.keeps_text,
                    judge=judge_of(options.classifier.method),
                    is_judged=not options.is_judged_later,
                ),
                is_child=bool(self._identity.parent_native_id),
            )
            self._parser = source.parser(self._path, file.parser_state) if reads_lines(source) else None
        except ValueError as error:
            raise StaleStateError(str(error)) from error

    def read_new(self, stat: FileStat, now_ms: int) -> Iterator[FileBatch]:
        """Yield pieces of what the file gained, to be committed in order; none if it gained nothing.

        Raises OSError and FaultError.
        """
        if self._parser is None and reads_tables(self._source):
            return self._poll(self._source, stat)
        return self._read_lines(stat, now_ms)

    def settled_size(self, stat: FileStat) -> int:
        """Return the file's size without a waiting last line, so that the next check finds the file changed."""
        return max(0, stat.size - self.waiting_bytes)

    def fold_events(self, events: list[Event]) -> FileBatch:
        """Fold events that did not come from the file; its offset stays."""
        deltas = self._fold.fold(events)
        parser_state = self.file.parser_state if self._parser is None else self._parser_state()
        self.file = replace(self.file, parser_state=parser_state, fold_state=self._fold.state())
        return FileBatch(self.file, self._source.agent_name, self._identity.parent_native_id, deltas)

    def release_states(self) -> None:
        """Drop the states as bytes: those of the parser and the fold are encoded again with the next batch."""
        parser_state = self.file.parser_state if self._parser is None else b""
        self.file = replace(self.file, parser_state=parser_state, fold_state=b"")

    def _parser_state(self) -> bytes:
        return b"" if self._parser is None else self._parser.state(keeps_text=self._options.keeps_text)

    def _read_lines(self, stat: FileStat, now_ms: int) -> Iterator[FileBatch]:
        parser = self._parser
        if parser is None:
            raise AssertionError("a source of lines has a parser")
        want, limit = CHUNK_BYTES, None
        if content.is_packed(self._path):
            limit = max(self._options.unpack_limit_bytes, self._options.unpack_ratio * stat.size)
        while True:
            size = want if limit is None else max(0, min(want, limit - self.file.offset))
            data = content.read(self._path, self.file.offset, size)
            is_end = len(data) < size
            complete_bytes = data.rfind(b"\n") + 1
            if not complete_bytes and not is_end and size < want:
                yield from self._leave_out(stat)
                return
            if not complete_bytes and not is_end and want < MAX_LINE_BYTES:
                want *= 4
                continue
            piece = data[:complete_bytes]
            is_last = is_end and complete_bytes < len(data) and holds_whole_records(data[complete_bytes:])
            is_quiet = is_due(stat.modified_ns // 1_000_000, now_ms, QUIET_MS)
            self.waiting_bytes = len(data) - complete_bytes if is_last and not is_quiet else 0
            if (is_last and is_quiet) or not (complete_bytes or is_end):
                piece = data
            if not piece:
                return
            with _own_faults():
                reading = parser.feed(piece, self.file.offset)
            yield self._advance(piece, reading, stat)
            # In the middle of a line without end the next piece has no newline either.
            want = CHUNK_BYTES if complete_bytes else want
            if is_end:
                return

    def _leave_out(self, stat: FileStat) -> Iterator[FileBatch]:
        """Yield the damage of content beyond the limit, if there is any."""
        if content.read(self._path, self.file.offset, 1):
            batch = self._fold_reading(ParsedChunk(), stat, self._parser_state(), None)
            batch.news.append((LEFT_OUT, self.file.offset, 0))
            yield batch

    def _advance(self, piece: bytes, reading: ParsedChunk, stat: FileStat) -> FileBatch:
        before = self.file
        offset = before.offset + len(piece)
        head_length, head_hash = before.head_length, before.head_hash
        if head_length < HEAD_BYTES and head_length < offset:
            head = content.read(self._path, 0, min(HEAD_BYTES, offset))
            head_length, head_hash = len(head), fingerprint(head)
        anchor = piece[-ANCHOR_BYTES:]
        if len(anchor) < ANCHOR_BYTES and before.offset:
            start = max(0, offset - ANCHOR_BYTES)
            anchor = content.read(self._path, start, offset - start)
        records, silent_from = _silence(before, piece, reading)
        self.file = replace(
            before,
            offset=offset,
            head_length=head_length,
            head_hash=head_hash,
            anchor_hash=fingerprint(anchor),
            silent_records=records,
            silent_from=silent_from,
        )
        raw = (before.offset, piece) if self._options.keeps_raw else None
        return self._fold_reading(reading, stat, self._parser_state(), raw)

    def _fold_reading(
        self, reading: ParsedChunk, stat: FileStat, parser_state: bytes, raw: tuple[int, bytes] | None
    ) -> FileBatch:
        with _own_faults():
            deltas = self._fold.fold(reading.events)
        self.file = replace(
            self.file,
            device=stat.device,
            inode=stat.inode,
            born_ns=stat.born_ns,
            size=self.settled_size(stat),
            modified_ns=stat.modified_ns,
            parser_version=version_of(self._source),
            parser_state=parser_state,
            fold_state=self._fold.state(),
            health="ok",
            health_detail="",
            native_id=self._identity.native_id,
        )
        return FileBatch(
            file=self.file,
            agent_name=self._source.agent_name,
            parent_native_id=self._identity.parent_native_id,
            deltas=deltas,
            news=[(damage.reason, damage.offset, damage.length) for damage in reading.damage],
            unknown=reading.unknown,
            raw=raw,
            artifacts=self._artifacts(reading.artifacts),
        )

    def _artifacts(self, rows: list[ArtifactRow]) -> list[ArtifactRow]:
        """Return artifacts as they are stored: where no text is kept, only which fields were filled."""
        if self._options.keeps_text:
            return rows
        return [row._replace(content_json=completeness_only(row.content_json), response_text=None) for row in rows]

    def _poll(self, source: TableSource, stat: FileStat) -> Iterator[FileBatch]:
        is_more = True
        while is_more:
            read = source.poll(self._path, self.file.parser_state)
            is_more = read.is_more
            if read.state == self.file.parser_state and not read.reading.events and not read.reading.artifacts:
                return
            yield self._fold_reading(read.reading, stat, read.state, None)


def _silence(before: SourceFile, piece: bytes, reading: ParsedChunk) -> tuple[int, int]:
    """Return how many records at the end of what was read gave no event except metadata, and where they begin."""
    for event in reading.events:
        if not isinstance(event, TrajectorySwitched | MetadataLearned):
            return 0, before.offset + len(piece)
    records = piece.count(b"\n") + (not piece.endswith(b"\n"))
    return before.silent_records + records, before.silent_from
