"""Reads the samples that a log gained. While it grows it has no header, so its beginning says what it is about."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ppp_tui.model.ids import hash64
from ppp_tui.sources.inspect_eval.sample import Evaluation, lines_of
from ppp_tui.sources.inspect_eval.zip_file import ZipDocuments
from ppp_tui.sources.json_records import JsonObject, object_of, text_of
from ppp_tui.sources.parser_state import StateCodec
from ppp_tui.sources.plain.made_lines import PlainLine, parse_made_lines
from ppp_tui.sources.source import ParsedChunk, TablesRead

MAX_POLL_BYTES = 16 * 1024 * 1024
"""Bytes of samples that a poll reads, unless the first one alone has more."""

_SAMPLES = "samples/"


class LogState(msgspec.Struct, array_like=True):
    """Which samples were read."""

    parser: bytes = b""
    offset: int = 0
    read: dict[int, int] = {}
    """Hash of a sample's name to the length of its document: one that is scored anew is longer or shorter."""


CODEC = StateCodec(LogState, "Inspect")


def read_log(path: Path, state: bytes) -> TablesRead:
    """Return the events of samples that are new since `state`. Raises OSError for what is no whole log."""
    log = CODEC.decode_or_new(state)
    lines: list[PlainLine] = []
    skipped: dict[str, int] = {}
    size, is_more = 0, False
    with path.open("rb") as file:
        documents = ZipDocuments(file)
        evaluation = _evaluation(documents)
        for name in documents.names():
            key, length = hash64(name), documents.size(name)
            if not name.startswith(_SAMPLES) or not name.endswith(".json") or log.read.get(key) == length:
                continue
            if size and size + length > MAX_POLL_BYTES:
                is_more = True
                break
            size += length
            sample = documents.read(name)
            if sample is None:
                skipped["unreadable sample"] = skipped.get("unreadable sample", 0) + 1
            else:
                lines += lines_of(sample, evaluation, is_new=key not in log.read)
            log.read[key] = length
    if not size:
        return TablesRead(ParsedChunk(), state, False)
    reading, log.parser, log.offset = parse_made_lines(path, lines, log.parser, log.offset)
    reading.add_unknown(skipped)
    return TablesRead(reading, CODEC.encode(log), is_more)


def _evaluation(documents: ZipDocuments) -> Evaluation:
    """Read the evaluation from the header or the beginning. Raises OSError if neither can be read."""
    document: JsonObject | None = documents.read("header.json") or documents.read("_journal/start.json")
    if document is None:
        raise OSError("no log of Inspect")
    spec = object_of(document, "eval")
    return Evaluation(
        task=text_of(spec, "task").rpartition("/")[2] or "task",
        model=text_of(spec, "model"),
        run=text_of(spec, "eval_id") or text_of(spec, "run_id") or text_of(spec, "task_id"),
        solver=text_of(spec, "solver").rpartition("/")[2],
    )
