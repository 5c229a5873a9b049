"""Reads an archive file line by line; every line is checked, since the file may be damaged."""

from __future__ import annotations

import base64
import binascii
import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.store.archive_file.writer import FORMAT, FORMAT_VERSION
from ppp_tui.store.tables import tables_of

MAX_ROW_BYTES = 1 << 29
"""Bytes of a line beyond which a file is refused: no row is that large."""

_MAGIC = b"\x28\xb5\x2f\xfd"
_TYPES: Mapping[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,), "BLOB": (bytes,)}
TABLES = tuple(table.name for table in tables_of("file", "session", "trajectory", "turn", "row", "run"))
"""All tables that a file may hold rows of."""

_RETIRED = frozenset({"test_flips"})
"""Tables of earlier schemas whose rows are skipped: they follow from others."""


class DamagedFileError(Exception):
    """The file cannot be imported; the message is one sentence with the file and line."""


class ArchiveLine(NamedTuple):
    """One row of a table; table '' begins a unit."""

    number: int
    table: str
    row: dict[str, Any]


def columns_of(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the columns of every table with their types."""
    return {
        table: {name: kind for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})")}
        for table in TABLES
    }


def read_lines(path: Path, columns: Mapping[str, Mapping[str, str]], schema: int) -> Iterator[ArchiveLine]:
    """Yield the rows of a file, each with known columns of the right types only.

    Raises DamagedFileError where it is something else, ends early, or comes from a newer ppp-tui, and OSError.
    """
    import zstandard

    with path.open("rb") as file:
        is_compressed = file.peek(4)[:4] == _MAGIC
        try:
            source: Any = zstandard.ZstdDecompressor().stream_reader(file) if is_compressed else file
            yield from _checked(io.BufferedReader(source) if is_compressed else source, path, columns, schema)
        except zstandard.ZstdError as error:
            raise DamagedFileError(f"{path} is damaged: {error}.") from error


def _checked(
    file: io.BufferedReader, path: Path, columns: Mapping[str, Mapping[str, str]], schema: int
) -> Iterator[ArchiveLine]:
    units, is_whole = 0, False
    for number, fields in _objects(file, path):
        if number == 1:
            _check_header(fields, path, schema)
        elif "unit" in fields:
            units += 1
            yield ArchiveLine(number, "", {})
        elif "units" in fields:
            is_whole = fields["units"] == units
            break
        else:
            table, row = fields.get("table"), fields.get("row")
            if table in _RETIRED and units:
                continue
            if not isinstance(table, str) or table not in columns or not isinstance(row, dict) or not units:
                raise DamagedFileError(f"{path}, line {number}: this is no row of an archive.")
            yield ArchiveLine(number, table, _values(row, columns[table], f"{path}, line {number}"))
    if not is_whole:
        raise DamagedFileError(f"{path} ends early: what stood before its end is imported, the rest is lost.")


def _objects(file: io.BufferedReader, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    while line := file.readline(MAX_ROW_BYTES):
        number += 1
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            # A last line without its end was cut off, which the caller reports better.
            if not line.endswith(b"\n") and len(line) < MAX_ROW_BYTES and number > 1:
                return
            raise DamagedFileError(f"{path}, line {number}: this is no line that ppp-tui archive wrote.") from error
        if not isinstance(fields, dict):
            raise DamagedFileError(f"{path}, line {number}: this is no line that ppp-tui archive wrote.")
        yield number, fields


def _check_header(fields: dict[str, Any], path: Path, schema: int) -> None:
    if fields.get("format") != FORMAT:
        raise DamagedFileError(f"{path} was not written by ppp-tui archive.")
    version, written = fields.get("version"), fields.get("schema")
    if not isinstance(version, int) or not isinstance(written, int):
        raise DamagedFileError(f"{path} does not say which ppp-tui wrote it.")
    if version > FORMAT_VERSION or written > schema:
        raise DamagedFileError(f"{path} was written by a newer ppp-tui: update this one.")


def _values(row: dict[str, Any], columns: Mapping[str, str], place: str) -> dict[str, Any]:
    """Return the row's known columns. One that this database lacks was dropped by a later step."""
    values: dict[str, Any] = {}
    for name, kind in columns.items():
        if name not in row:
            continue
        value = _bytes(row[name], place) if kind == "BLOB" else row[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, _TYPES[kind])):
            raise DamagedFileError(f"{place}: {name} is of the wrong type.")
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            raise DamagedFileError(f"{place}: {name} is too large.")
        if isinstance(value, str):
            value = value.encode("utf-8", "replace").decode("utf-8")
        values[name] = value
    return values


def _bytes(value: Any, place: str) -> bytes | None:
    if value is None:
        return None
    try:
        return base64.b64decode(value["base64"], validate=True)
    except (TypeError, KeyError, ValueError, binascii.Error) as error:
        raise DamagedFileError(f"{place}: bytes are not written as base64.") from error


def number_within(identity: Any, shift: int, owner: int, place: str) -> int:
    """Return what an id adds to its owner's. Raises DamagedFileError if it is not one of the owner's."""
    if not isinstance(identity, int) or identity >> shift != owner or owner <= 0:
        raise DamagedFileError(f"{place}: the row belongs to no trajectory of its unit.")
    return identity & ((1 << shift) - 1)


def turn_number(row: Mapping[str, Any], owner: int, place: str) -> int:
    """Return a turn's number, by its id. Raises DamagedFileError if its columns have another one."""
    number = number_within(row.get("id"), CHILD_BITS, owner, place)
    if row.get("turn_number") != number or number > MAX_CHILD:
        raise DamagedFileError(f"{place}: the turn's number is not that of its id.")
    return number
