"""What parsers remember between two readings of a file: as bytes, and bounded whatever the length of the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

MAX_KEY_CHARS = 200
"""Characters of an id; a longer one is not remembered."""

S = TypeVar("S", bound=msgspec.Struct)
Key = TypeVar("Key", str, int)
Value = TypeVar("Value")
Titled = TypeVar("Titled", bound=msgspec.Struct)


class StateCodec(Generic[S]):
    """Converts the state of one format's parser to bytes and back."""

    def __init__(self, kind: type[S], title: str, without_text: Callable[[S], S] | None = None) -> None:
        """Convert states of type `kind`; `title` names the format in errors.

        `without_text` returns a copy without what users, models and tools wrote, where a state holds any of that.
        """
        self._kind = kind
        self._title = title
        self._without_text = without_text
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._encoder = msgspec.msgpack.Encoder()

    def encode(self, state: S, *, keeps_text: bool = True) -> bytes:
        """Return the state as bytes; without `keeps_text` nothing of what users, models and tools wrote is in it."""
        if self._without_text is not None and not keeps_text:
            state = self._without_text(state)
        return self._encoder.encode(state)

    def decode(self, content: bytes) -> S:
        """Return the state in the bytes, a fresh one for none. Raises ValueError for anything else."""
        if not content:
            return self._kind()
        try:
            return self._decoder.decode(content)
        except msgspec.MsgspecError as error:
            raise ValueError(f"not a state of a {self._title} parser: {error}") from error

    def decode_or_new(self, content: bytes) -> S:
        """Return the state in the bytes, a fresh one for invalid bytes: a document is then read again."""
        try:
            return self.decode(content)
        except ValueError:
            return self._kind()


def untitled(facts: dict[str, str]) -> dict[str, str]:
    """Return facts without the title, which may be a prompt's words; other facts are names and places."""
    return {name: value for name, value in facts.items() if name != "title"}


def without_title(state: Titled) -> Titled:
    """Return a copy of a state, whose facts are all that it holds of what users, models and tools wrote."""
    return replace(state, facts=untitled(state.facts))  # type: ignore[attr-defined]  # every state has facts


def untitled_members(members: dict[str, Any]) -> dict[str, Any]:
    """Return copies of the trajectories of a file, each a structure with `facts`, without their titles."""
    return {name: replace(member, facts=untitled(member.facts)) for name, member in members.items()}


def remember(entries: dict[Key, Value], key: Key, value: Value, limit: int) -> None:
    """Put an entry in as the newest, and drop the oldest beyond `limit`; a key beyond `MAX_KEY_CHARS` is not put in."""
    if isinstance(key, str) and len(key) > MAX_KEY_CHARS:
        return
    put_newest(entries, key, value, limit)


def put_newest(entries: dict[Key, Value], key: Key, value: Value, limit: int) -> None:
    """Put an entry in as the newest, and drop the oldest beyond `limit`."""
    entries.pop(key, None)
    entries[key] = value
    while len(entries) > limit:
        del entries[next(iter(entries))]
