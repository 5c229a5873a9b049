"""What tests of sources share: values to put into records, and checks of what is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model.event import (
    Event,
    FactName,
    MetadataLearned,
    Ref,
    RequestMeasured,
    ToolCallFinished,
    ToolCallStarted,
    TurnStarted,
)
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.usage import RequestPrice
from ppp_tui.scoring.prices.context_windows import Window
from ppp_tui.sources.emitter import MAX_FACT_CHARS
from ppp_tui.sources.source import ParsedChunk, kind_of

MAX_STATE_BYTES = 500_000
"""The most that a parser may remember of a session, however long it is."""

MAX_INTEGER = 2**63
"""The first number that a database cannot hold."""

HOSTILE_TEXTS = (
    "\x1b]0;owned\x07\x1b[2J",
    "'; DROP TABLE turns; --",
    "$(reboot)`reboot`",
    "[red]=cmd|'/c calc'!A1",
    "a\u202eb\nc",
)
"""What a terminal, a shell, a database, markup or a spreadsheet would obey."""

MAX_TARGET_CHARS = 200
"""Characters of a step's target."""

QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "2026-11-20T10:00:00.000Z", "0001-01-01T00:00:00Z", "", *HOSTILE_TEXTS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class NoPricing:
    """Knows no price and no window."""

    def price(self, request: RequestMeasured, at_ms: int) -> RequestPrice:
        """Return no price."""
        del request, at_ms
        return RequestPrice(None, None)

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """Return the recorded window."""
        del model, greatest
        return Window(recorded, is_inferred=False)


def check_events(events: list[Event], size: int) -> None:
    """Assert that events can be stored: bounded numbers and texts, and places within `size` bytes."""
    names = get_args(FactName)
    for event in events:
        for field, value in zip(event._fields, event, strict=True):
            if isinstance(value, str):
                value.encode()
            elif isinstance(value, int):
                assert abs(value) < MAX_INTEGER, f"{field} of {event}"
            elif isinstance(value, Ref):
                assert 0 <= value.offset <= value.offset + value.length <= size, event
        if isinstance(event, MetadataLearned):
            assert event.name in names
            assert len(event.value) <= MAX_FACT_CHARS, event
        if isinstance(event, ToolCallStarted):
            assert len(event.target) <= MAX_TARGET_CHARS, event
            assert len(event.input_preview) <= PREVIEW_CHARS, event
        if isinstance(event, ToolCallFinished):
            assert len(event.output_preview) <= PREVIEW_CHARS, event


def check_reading(reading: ParsedChunk, size: int) -> None:
    """Check that what was read of a session of `size` bytes can be folded and stored."""
    check_events(reading.events, size)
    for name, count in reading.unknown.items():
        assert name == kind_of(name), f"an unknown kind is no word: {name!r}"
        assert count > 0
    fold = FileFold(b"", FoldOptions(NoPricing()))
    fold.fold(reading.events)
    FileFold(fold.state(), FoldOptions(NoPricing()))


def request_tokens(events: list[Event]) -> dict[str, tuple[int, ...]]:
    """Return the greatest counts of each request by its key, which every request needs."""
    counts: dict[str, tuple[int, ...]] = {}
    for event in events:
        if isinstance(event, RequestMeasured):
            assert event.key, "a request without a key is counted again with every copy"
            now = (event.output_tokens, event.input_tokens, event.cache_read_tokens, event.cache_write_5m_tokens)
            counts[event.key] = max(counts.get(event.key, now), now)
    return counts


def turn_keys(events: list[Event]) -> list[str]:
    """Return the keys of the turns that are begun, in order."""
    return [event.key for event in events if isinstance(event, TurnStarted)]


def parts_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every part of a JSON value."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in entries:
        yield from parts_of(part, (*path, name))


def part_at(value: Any, path: tuple[Any, ...]) -> Any:
    """Return the part of a JSON value at a path."""
    for name in path:
        value = value[name]
    return value


def replace_part(record: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value in the place of the part at a path."""
    part_at(record, path[:-1])[path[-1]] = value
