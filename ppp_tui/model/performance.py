"""Performance events: what programs record of how agents do, their types, and which of their fields name somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

AgentStatus = Literal["available", "busy", "offline", "maintenance"]
RoutingStrategy = Literal["multi-armed-bandit", "capability-match", "load-balance", "random"]
ComplexityLevel = Literal["trivial", "standard", "complex"]
RuleSeverity = Literal["low", "medium", "high", "critical"]

IDENTIFIERS = frozenset({"agent_id", "selected_agent", "task_id"})
"""Fields that name an agent or a task, at any depth of an event."""

FREE_TEXTS = frozenset({"rationale", "reason", "feedback", "message"})
"""Fields that hold sentences, which may name anything."""

_DIGEST_BYTES = 12
"""96 bits: among a billion names, two get the same hash with a probability below one in ten billion."""


class PerformanceEvent(NamedTuple):
    """An event as it is stored."""

    id: int
    at: int
    """Unix milliseconds."""
    type: str
    agent_id: str
    """'' where the event names none; so are the other texts."""
    agent_version: str
    task_id: str
    task_type: str
    success: bool | None
    quality: float | None
    """From 0 to 1."""
    duration_ms: int | None
    tokens: int | None
    cost_micros: int | None
    data: Mapping[str, Any]
    """All fields of the event."""
    identifiers: tuple[str, ...]
    """Fields that name somebody, besides `IDENTIFIERS`: the program declared them."""
    is_anonymized: bool
    """Whether names are hashed and free texts removed."""


def hash_name(name: str, key: bytes) -> str:
    """Return the keyed hash of a name, which cannot be guessed without the key."""
    if not name:
        return ""
    return blake2b(name.encode("utf-8", "replace"), key=key, digest_size=_DIGEST_BYTES).hexdigest()


def anonymize(data: Mapping[str, Any], key: bytes, identifiers: Collection[str] = ()) -> dict[str, Any]:
    """Return an event's fields with hashes for names and without free texts, at any depth.

    `identifiers` are names of further fields that name somebody.
    """
    return _replaced(data, IDENTIFIERS.union(identifiers), key)


def without_texts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's fields with '' for free texts."""
    return _replaced(data, frozenset(), None)


def without_strings(data: Mapping[str, Any], names: Collection[str] = ()) -> dict[str, Any]:
    """Return an event's fields with '' for every text but that of `IDENTIFIERS` and these names."""
    kept = IDENTIFIERS.union(names)
    return {field: _without_strings(field, value, kept) for field, value in data.items()}


def _without_strings(field: str, value: Any, kept: frozenset[str]) -> Any:
    if isinstance(value, str):
        return value if field in kept else ""
    if isinstance(value, Mapping):
        return {inner: _without_strings(inner, part, kept) for inner, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_strings(field, part, kept) for part in value]
    return value


def _replaced(data: Mapping[str, Any], names: frozenset[str], key: bytes | None) -> dict[str, Any]:
    return {field: _value(field, value, names, key) for field, value in data.items()}


def _value(field: str, value: Any, names: frozenset[str], key: bytes | None) -> Any:
    if isinstance(value, str):
        if field in FREE_TEXTS and field not in names:
            return ""
        return hash_name(value, key) if key is not None and field in names else value
    if isinstance(value, Mapping):
        return _replaced(value, names, key)
    if isinstance(value, list | tuple):
        return [_value(field, part, names, key) for part in value]
    # A number may be a name, too.
    if key is not None and field in names and value is not None:
        return hash_name(str(value), key)
    return value
