"""Tests that every source of lines must pass, over sessions of its own.

    class TestMyAgent(SourceContract):
        source = SOURCE
        sessions = {"sessions/2026-11-20-a1b2.jsonl": b'{"type": "prompt", …}\\n…'}

Sessions are few and short, with a record of every kind that the source reads: the tests cut, repeat, reorder, tear and
retype them by the hundred. A record that is damaged or of a new shape may cost facts, never an exception.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest
from hypothesis import HealthCheck, given, settings
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
from ppp_tui.sources.source import LineSource, ParsedChunk, kind_of

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

_quick = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

_json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "2026-11-20T10:00:00.000Z", "0001-01-01T00:00:00Z", "", *HOSTILE_TEXTS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class _NoPricing:
    """Knows no price and no window."""

    def price(self, request: RequestMeasured, at_ms: int) -> RequestPrice:
        """Return no price."""
        del request, at_ms
        return RequestPrice(None, None)

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """Return the recorded window."""
        del model, greatest
        return Window(recorded, is_inferred=False)


class SourceContract:
    """The tests; a class that derives from it names a source and its sessions."""

    source: ClassVar[LineSource]
    sessions: ClassVar[Mapping[str, bytes]]
    """Contents of session files by their path below the folder that sessions are searched in."""

    def read_in_parts(self, path: Path, lines: list[bytes], cuts: list[int]) -> tuple[list[Event], dict[str, int]]:
        """Read lines in parts, each with a new parser that goes on from the bytes that the last one left."""
        events: list[Event] = []
        unknown: dict[str, int] = {}
        state, offset, begin = b"", 0, 0
        for end in [*cuts, len(lines)]:
            parser = self.source.parser(path, state)
            chunk = b"".join(lines[begin:end])
            reading = parser.feed(chunk, offset)
            events += reading.events
            for name, count in reading.unknown.items():
                unknown[name] = unknown.get(name, 0) + count
            state, offset, begin = parser.state(), offset + len(chunk), end
        return events, unknown

    def read(self, path: Path, content: bytes) -> ParsedChunk:
        """Read a session at once, and check that whatever it gave can be folded and stored."""
        parser = self.source.parser(path)
        reading = parser.feed(content, 0)
        _check_events(reading.events, len(content))
        for name, count in reading.unknown.items():
            assert name == kind_of(name), f"an unknown kind is no word: {name!r}"
            assert count > 0
        for damage in reading.damage:
            assert 0 <= damage.offset <= damage.offset + damage.length <= len(content), damage
        fold = FileFold(b"", FoldOptions(_NoPricing()))
        fold.fold(reading.events)
        FileFold(fold.state(), FoldOptions(_NoPricing()))
        assert len(parser.state()) <= MAX_STATE_BYTES
        self.source.parser(path, parser.state(keeps_text=False))
        return reading

    def each_session(self) -> Iterator[tuple[Path, list[bytes]]]:
        """Yield each session: its path, and its lines with their newlines."""
        assert self.sessions, "a contract without sessions proves nothing"
        for name, content in self.sessions.items():
            yield Path("/home/me") / name, content.splitlines(keepends=True)

    def test_sessions_are_found_where_they_lie(self, tmp_path: Path) -> None:
        """Each session is found below its root and by itself, claimed by its name, and has an id of its own."""
        for name, content in self.sessions.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        expected = {tmp_path / name for name in self.sessions}
        assert set(self.source.find(tmp_path)) == expected
        assert [path for path in expected if not self.source.claims(path)] == []
        assert [list(self.source.find(path)) for path in expected] == [[path] for path in expected]
        identities = [self.source.identify(path) for path in expected]
        assert len({each.native_id for each in identities}) == len(expected)
        assert list(self.source.find(tmp_path / "nowhere")) == []

    def test_every_session_says_something_and_all_of_it_is_known(self) -> None:
        """Each session gives events, and nothing in it is unknown or damaged."""
        for path, lines in self.each_session():
            reading = self.read(path, b"".join(lines))
            assert any(not isinstance(event, MetadataLearned) for event in reading.events), f"{path} says nothing"
            assert (reading.unknown, reading.damage) == ({}, []), path

    def test_nothing_new_costs_nothing(self) -> None:
        """No new bytes: no events, and the same state."""
        for path, lines in self.each_session():
            parser = self.source.parser(path)
            parser.feed(b"".join(lines), 0)
            before = parser.state()
            assert parser.feed(b"", sum(map(len, lines))) == ParsedChunk()
            assert parser.state() == before

    @_quick
    @given(data=st.data())
    def test_a_session_read_in_parts_gives_the_events_of_one_read_at_once(self, data: st.DataObject) -> None:
        """Wherever it is cut at newlines, a session gives the same events, in order and out of order."""
        for path, lines in self.each_session():
            order = data.draw(st.just(lines) | st.permutations(lines))
            cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(lines) - 1)))))
            whole = self.source.parser(path).feed(b"".join(order), 0)
            assert self.read_in_parts(path, order, cuts) == (whole.events, whole.unknown)

    @_quick
    @given(data=st.data())
    def test_repeated_records_count_no_token_and_no_turn_twice(self, data: st.DataObject) -> None:
        """Records that are written twice open the same turns and measure the same tokens; in any order, none raises."""
        for path, lines in self.each_session():
            once = self.read(path, b"".join(lines)).events
            lines_twice = [line for line in lines for _ in range(data.draw(st.integers(1, 2)))]
            twice = self.read(path, b"".join(lines_twice)).events
            assert _tokens(twice) == _tokens(once)
            assert _turns(twice) == _turns(once)
            self.read(path, b"".join(data.draw(st.permutations(lines_twice))))

    @_quick
    @given(data=st.data())
    def test_torn_and_overwritten_bytes_raise_nothing(self, data: st.DataObject) -> None:
        """Bytes that are lost, or replaced by others, raise nothing."""
        for path, lines in self.each_session():
            content = b"".join(lines)
            place, dropped = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 80))
            noise = data.draw(st.binary(max_size=60) | st.just(b"\0" * 50) | st.just(b"\n"))
            self.read(path, content[:place] + noise + content[place + dropped :])
            self.read(path, content[:place])

    @_quick
    @given(data=st.data())
    def test_a_part_of_any_other_type_raises_nothing(self, data: st.DataObject) -> None:
        """Any part of a record with any other JSON value raises nothing, and what it gives can be stored."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for _ in range(data.draw(st.integers(1, 4))):
                record = data.draw(st.sampled_from(records))
                _replace(record, data.draw(st.sampled_from(list(_parts(record)))), data.draw(_json_values))
            self.read(path, _encode(records))

    @pytest.mark.parametrize("number", [2**70, -(2**70), 1e300, -1, 1.5])
    def test_numbers_beyond_all_bounds_are_cut(self, number: float) -> None:
        """Whatever number a record holds, what it gives can be stored."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for record in records:
                for place in [part for part in _parts(record) if isinstance(_part(record, part), int | float)]:
                    _replace(record, place, number)
            self.read(path, _encode(records))

    @pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
    def test_hostile_text_stays_text(self, hostile: str) -> None:
        """Text that a terminal or a shell would obey raises nothing in any part of any record."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for number, record in enumerate(records):
                for place in [part for part in _parts(record) if isinstance(_part(record, part), str)]:
                    changed = json.loads(lines[number])
                    _replace(changed, place, hostile)
                    self.read(path, _encode([*records[:number], changed, *records[number + 1 :]]))

    @pytest.mark.parametrize("hostile", [*HOSTILE_TEXTS, "a b", "~", "*", "'", '"', "\\"])
    def test_a_resume_command_quotes_what_it_is_given(self, hostile: str) -> None:
        """Ids and folders are single words to a shell; an id that would be an option has no command."""
        plain = self.source.resume_command("a1", "/shop")
        if plain is None:
            return
        for command in (self.source.resume_command(hostile, "/shop"), self.source.resume_command("a1", f"/{hostile}")):
            words = [] if command is None else shlex.split(command)
            assert command is None or len(words) == len(shlex.split(plain))
            assert command is None or any(word in (hostile, f"/{hostile}") for word in words)
        assert self.source.resume_command("--help", "/shop") is None, "an option is no id"
        assert self.source.resume_command("", "/shop") is None

    def test_a_state_without_text_holds_none(self) -> None:
        """Where no text is kept, the parser's state holds none."""
        for path, lines in self.each_session():
            parser = self.source.parser(path)
            texts = {text for line in lines for text in _texts(json.loads(line)) if " " in text and len(text) > 12}
            for line in lines:
                parser.feed(line, 0)
                state = parser.state(keeps_text=False)
                assert [text for text in texts if text.encode() in state] == []

    def test_what_is_no_state_is_refused(self) -> None:
        """Bytes that are no state raise ValueError: the file is then read again."""
        path = Path("/home/me") / next(iter(self.sessions))
        for foreign in (b"\xff\xff", b"\x93\x01\x02\x03"):
            with pytest.raises(ValueError, match="state"):
                self.source.parser(path, foreign)

    def test_payloads_are_read_from_their_record_and_from_no_other(self) -> None:
        """A step's whole input and output are read from its record; any other bytes raise ValueError."""
        for path, lines in self.each_session():
            content = b"".join(lines)
            for event in self.source.parser(path).feed(content, 0).events:
                if not isinstance(event, ToolCallStarted | ToolCallFinished) or not event.ref.length:
                    continue
                record = content[event.ref.offset : event.ref.offset + event.ref.length]
                load = self.source.load_input if isinstance(event, ToolCallStarted) else self.source.load_output
                length = event.input_length if isinstance(event, ToolCallStarted) else event.output_length
                if length:
                    assert load(record, event.key).text, f"{event.key} of {path} has no payload"
                for other in (b"", b"[]", b"{}", b'{"a": 1', record[: len(record) // 2]):
                    with pytest.raises(ValueError):  # noqa: PT011 - any wording will do
                        load(other, event.key)


def _check_events(events: list[Event], size: int) -> None:
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


def _tokens(events: list[Event]) -> dict[str, tuple[int, ...]]:
    """Greatest counts of each request, by its key; every request needs one."""
    counts: dict[str, tuple[int, ...]] = {}
    for event in events:
        if isinstance(event, RequestMeasured):
            assert event.key, "a request without a key is counted again with every copy"
            now = (event.output_tokens, event.input_tokens, event.cache_read_tokens, event.cache_write_5m_tokens)
            counts[event.key] = max(counts.get(event.key, now), now)
    return counts


def _turns(events: list[Event]) -> list[str]:
    """Keys of the turns that are begun, in their order."""
    return [event.key for event in events if isinstance(event, TurnStarted)]


def _parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every part of a JSON value."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in entries:
        yield from _parts(part, (*path, name))


def _part(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _replace(record: Any, path: tuple[Any, ...], value: Any) -> None:
    _part(record, path[:-1])[path[-1]] = value


def _texts(value: Any) -> Iterator[str]:
    return (part for path in _parts(value) if isinstance(part := _part(value, path), str))


def _encode(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
