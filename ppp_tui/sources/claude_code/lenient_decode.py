"""Lenient decoding of records with an unknown shape: fields that cannot be decoded are left out.

A format that moves every month gives a field another type one day. That costs the field, which is counted by name, and
not the prompt or the tokens beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from ppp_tui.sources.claude_code.records import (
    EMPTY,
    UNREADABLE,
    Attachment,
    CacheCreation,
    ContentBlock,
    Iteration,
    MessageRecord,
    ProgressData,
    Raw,
    Record,
    ServerTools,
    ToolResult,
    Usage,
    decode_record,
)
from ppp_tui.sources.lines import mend

S = TypeVar("S", bound=msgspec.Struct)


class _Field(NamedTuple):
    """How a field is decoded by itself."""

    name: str
    decode: Callable[[Raw | bytes], Any]
    nested: type[msgspec.Struct] | None
    """The struct of the field or of its items; None for a plain type."""
    is_list: bool


_NESTED: dict[tuple[type, str], type[msgspec.Struct]] = {
    (Record, "message"): MessageRecord,
    (MessageRecord, "content"): ContentBlock,
    (MessageRecord, "usage"): Usage,
    (Usage, "cache_creation"): CacheCreation,
    (Usage, "server_tool_use"): ServerTools,
    (Usage, "iterations"): Iteration,
    (Iteration, "cache_creation"): CacheCreation,
}
_LISTS = {(MessageRecord, "content"), (Usage, "iterations")}


def _fields(struct: type[msgspec.Struct]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            field.encode_name,
            msgspec.json.Decoder(field.type).decode,
            _NESTED.get((struct, field.name)),
            is_list=(struct, field.name) in _LISTS,
        )
        for field in msgspec.structs.fields(struct)
    )


_FIELDS: dict[type[msgspec.Struct], tuple[_Field, ...]] = {
    struct: _fields(struct)
    for struct in (
        Record,
        MessageRecord,
        ContentBlock,
        Usage,
        Iteration,
        CacheCreation,
        ServerTools,
        ToolResult,
        ProgressData,
        Attachment,
    )
}
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_part_decoders: dict[type, Callable[[Raw], Any]] = {
    struct: msgspec.json.Decoder(struct | str | list[Raw] | None).decode
    for struct in (ToolResult, ProgressData, Attachment)
}
"""Decoders of parts, of which texts and lists give an empty struct: some tools answer with those."""


def decode_part(raw: Raw, struct: type[S]) -> S:
    """Return a raw part of a record as a struct, without fields that cannot be decoded."""
    if raw is EMPTY:
        return struct()
    try:
        decoded = _part_decoders[struct](raw)
    except UNREADABLE:
        try:
            return read_odd(raw, struct, [])
        except UNREADABLE:
            return struct()
    return decoded if isinstance(decoded, struct) else struct()


def is_object(content: bytes) -> bool:
    """Return whether this is one complete JSON object, whatever it holds."""
    try:
        _decode_object(content)
    except UNREADABLE:
        return False
    return True


class Mended(NamedTuple):
    """A record that was decoded leniently."""

    record: Record
    odd: list[str]
    """Names of fields that were left out."""
    is_mended: bool
    """Whether it holds replacements for broken characters."""


def read_record(content: bytes) -> Mended:
    """Return a record with broken characters or of an unknown shape. Raises one of `UNREADABLE`."""
    text = as_text(content)
    odd: list[str] = []
    try:
        try:
            return Mended(decode_record(text), odd, text is not content)
        except msgspec.ValidationError:
            return Mended(read_odd(text, Record, odd), odd, text is not content)
    except UNREADABLE:
        mended = mend(text)
        if mended is None:
            raise
        odd.clear()
        return Mended(read_odd(mended, Record, odd), odd, is_mended=True)


def as_text(content: bytes) -> bytes:
    """Return the bytes, with U+FFFD where they are not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace").encode()
    return content


def read_odd(raw: bytes | Raw, struct: type[S], odd: list[str]) -> S:
    """Return a struct without fields of an unknown shape; their names are added to `odd`.

    Raises one of `UNREADABLE` for what is no object.
    """
    parts = _decode_object(raw)
    values: dict[str, Any] = {}
    for field in _FIELDS[struct]:
        if field.name not in parts:
            continue
        part = parts[field.name]
        try:
            values[field.name] = field.decode(part)
        except UNREADABLE:
            value = None if field.nested is None else _read_nested(part, field.nested, odd, is_list=field.is_list)
            if value is None:
                odd.append(field.name)
            else:
                values[field.name] = value
    return struct(**values)


def _read_nested(raw: Raw, struct: type[msgspec.Struct], odd: list[str], *, is_list: bool) -> Any:
    """Return a struct or a list of structs, decoded leniently; None if it is neither."""
    try:
        if not is_list:
            return read_odd(raw, struct, odd)
        parts = [_read_nested(part, struct, odd, is_list=False) for part in _decode_list(raw)]
    except UNREADABLE:
        return None
    return [part for part in parts if part is not None]
