"""Decodes requests and keeps their records; the server calls it in a thread of its own."""

from __future__ import annotations

from itertools import islice

from ppp_tui.receive.decompress import decompress
from ppp_tui.receive.json_requests import decode_json
from ppp_tui.receive.message_count import check_parts
from ppp_tui.receive.otlp import MAX_RECORDS, Accepted, Encoding, Refusal, Signal
from ppp_tui.receive.protobuf_requests import decode_protobuf
from ppp_tui.receive.received_journal import ReceivedJournal
from ppp_tui.receive.receiver_status import StatusCounts
from ppp_tui.receive.records import SessionLines

DISK_RETRY_S = 5
"""Seconds after which a client may try again when nothing can be written."""


class Receiver:
    """Keeps the records of requests. One thread uses it."""

    def __init__(self, journal: ReceivedJournal, counts: StatusCounts, *, keeps_text: bool) -> None:
        """Keep records in a journal; without `keeps_text`, without what users, models and tools wrote."""
        self._journal = journal
        self._counts = counts
        self._keeps_text = keeps_text
        self._lines = SessionLines()

    def accept(self, signal: Signal, encoding: Encoding, compression: str, body: bytes) -> Accepted:
        """Keep the records of a request; on return they survive a crash. Raises Refusal."""
        content = decompress(body, compression)
        check_parts(signal, encoding, content)
        decode = decode_json if encoding == "json" else decode_protobuf
        stream = decode(signal, content, keeps_text=self._keeps_text)
        records = list(islice(stream, MAX_RECORDS))
        rejected = sum(1 for _ in stream)
        lines, homeless = self._lines.assign(records)
        try:
            kept = self._journal.put(lines)
        except OSError as error:
            raise Refusal(
                503, f"nothing can be written here ({error.strerror}): try again", retry_after_s=DISK_RETRY_S
            ) from error
        self._counts.count_records(signal, records, kept=kept, homeless=homeless)
        if rejected:
            return Accepted(kept, rejected, f"more than {MAX_RECORDS} records in one request: send smaller batches")
        if homeless and not lines:
            return Accepted(kept, 0, "nothing here names a session (such as session.id): counted, not kept")
        return Accepted(kept)

    def distribute(self) -> None:
        """Move what was journaled to the files of its sessions; what cannot be written now is tried again later."""
        try:
            self._journal.distribute()
        except OSError as error:
            self._counts.note_trouble(f"The files of sessions cannot be written ({error.strerror}).")
