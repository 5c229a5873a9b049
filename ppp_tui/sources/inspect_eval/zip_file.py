"""Reads documents out of a ZIP file that another program may be writing anew."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO

from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.json_records import JsonObject, mended_object

ZSTANDARD = 93
"""Compression that Inspect uses since 2026, and that Python's own module does not know before 3.14."""

_HEADER = struct.Struct("<4s5H3I2H")
"""A local header: its signature and, at the end, the lengths of the name and of what follows it."""


class ZipDocuments:
    """The JSON documents of an open ZIP file."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the directory. Raises OSError for what is no whole ZIP file."""
        self._file = file
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise OSError(f"no whole ZIP file ({error})") from error
        self._entries = {entry.filename: entry for entry in self._archive.infolist()}

    def names(self) -> list[str]:
        """Return the names of all entries, in the order in which they were written."""
        return sorted(self._entries, key=lambda name: self._entries[name].header_offset)

    def size(self, name: str) -> int:
        """Return how many bytes an entry says that it has, 0 if there is none."""
        entry = self._entries.get(name)
        return entry.file_size if entry else 0

    def read(self, name: str) -> JsonObject | None:
        """Return the object in an entry; None if there is none, or it cannot be read or is too large."""
        entry = self._entries.get(name)
        if entry is None or entry.file_size >= MAX_LINE_BYTES:
            return None
        try:
            if entry.compress_type == ZSTANDARD:
                return mended_object(self._read_zstandard(entry))
            with self._archive.open(entry) as opened:
                return mended_object(opened.read(MAX_LINE_BYTES))
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, struct.error):
            return None

    def _read_zstandard(self, entry: zipfile.ZipInfo) -> bytes:
        import zstandard

        self._file.seek(entry.header_offset)
        name_length, extra_length = _HEADER.unpack(self._file.read(_HEADER.size))[-2:]
        self._file.seek(name_length + extra_length, 1)
        packed = self._file.read(min(entry.compress_size, MAX_LINE_BYTES))
        try:
            return zstandard.ZstdDecompressor().decompressobj().decompress(packed)[:MAX_LINE_BYTES]
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error
