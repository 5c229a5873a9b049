"""The write-ahead log of a SQLite database: which of its bytes are whole transactions.

A log is a header of 32 bytes and frames of one page each. Once all of it is in the database it is written from its
beginning again, with another salt, so frames of the former log may follow the new ones; with the same salt, frames up
to a commit never change. Each frame's checksum continues that of the frame before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24

_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""The first number of a log, with the byte order of its checksums."""

_WORD = 0xFFFFFFFF


class Frame(NamedTuple):
    """A page of the database after a transaction."""

    page: int
    """Its number in the database, from 1."""
    content: bytes
    database_pages: int
    """Pages of the database after the transaction that this frame ends; 0 if it does not end one."""


class LogScan:
    """Finds whole transactions in a log that is read piece by piece, beginning with its header."""

    def __init__(self, header: bytes) -> None:
        """Read the header. Raises ValueError if it is not a valid one."""
        if len(header) < HEADER_BYTES:
            raise ValueError("the header of the log is not there yet")
        magic, _, page_size, _, *checks = struct.unpack(">8I", header[:HEADER_BYTES])
        order = _MAGIC.get(magic, "")
        is_size = 512 <= page_size <= 65_536 and not page_size & (page_size - 1)
        self.page_size = int(page_size)
        if not order or not is_size:
            raise ValueError("the log has no header of a write-ahead log")
        self._salt = header[16:24]
        self._words = struct.Struct(f"{order}{self.page_size // 4}I")
        self._two_words = struct.Struct(f"{order}2I")
        sums = self._add((0, 0), struct.unpack(f"{order}6I", header[:24]))
        if sums != tuple(checks[2:]):
            raise ValueError("the header of the log is being written")
        self._committed_sums = self._sums = sums
        self.end = HEADER_BYTES
        """Offset at which the last whole transaction ends."""
        self._held = bytearray()
        self._valid_bytes = 0
        self.is_ended = False
        """Whether the last bytes were not a frame of this log."""

    @property
    def frame_bytes(self) -> int:
        """The bytes of a frame."""
        return FRAME_HEADER_BYTES + self.page_size

    @property
    def position(self) -> int:
        """Offset in the log of the bytes that `take` needs next."""
        return self.end + len(self._held)

    def rewind(self) -> None:
        """Forget what follows the last whole transaction: it may be written anew."""
        self._held.clear()
        self._valid_bytes, self._sums, self.is_ended = 0, self._committed_sums, False

    def take(self, data: bytes) -> bytes:
        """Return the whole transactions that the bytes at `position` complete; `end` moves past them."""
        self._held += data
        committed = 0
        while not self.is_ended and self._valid_bytes + self.frame_bytes <= len(self._held):
            start = self._valid_bytes
            header = bytes(self._held[start : start + FRAME_HEADER_BYTES])
            page = self._held[start + FRAME_HEADER_BYTES : start + self.frame_bytes]
            sums = self._sums
            if header[8:16] == self._salt:
                sums = self._add(sums, self._two_words.unpack(header[:8]))
                sums = self._add(sums, self._words.unpack(page))
            if header[8:16] != self._salt or header[16:24] != struct.pack(">2I", *sums):
                self.is_ended = True
                break
            self._sums = sums
            self._valid_bytes += self.frame_bytes
            if header[4:8] != b"\0\0\0\0":
                committed, self._committed_sums = self._valid_bytes, sums
        transactions = bytes(self._held[:committed])
        del self._held[:committed]
        self._valid_bytes -= committed
        self.end += committed
        return transactions

    def frames(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames of whole transactions."""
        for place in range(0, len(data), self.frame_bytes):
            page, pages = struct.unpack(">2I", data[place : place + 8])
            yield Frame(page, data[place + FRAME_HEADER_BYTES : place + self.frame_bytes], pages)

    @staticmethod
    def _add(sums: tuple[int, int], words: tuple[int, ...]) -> tuple[int, int]:
        """Return a checksum continued by words."""
        first, second = sums
        for even, odd in zip(words[::2], words[1::2], strict=True):
            first = (first + even + second) & _WORD
            second = (second + odd + first) & _WORD
        return first, second
