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
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.model.event import (
    Event,
    MetadataLearned,
    ToolCallFinished,
    ToolCallStarted,
)
from ppp_tui.sources.source import LineSource, ParsedChunk
from ppp_tui.testing.checks import (
    HOSTILE_TEXTS,
    JSON_VALUES,
    MAX_STATE_BYTES,
    QUICK,
    check_reading,
    part_at,
    parts_of,
    replace_part,
    request_tokens,
    turn_keys,
)


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
        check_reading(reading, len(content))
        for damage in reading.damage:
            assert 0 <= damage.offset <= damage.offset + damage.length <= len(content), damage
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
        """Check that no new bytes give no events and the same state."""
        for path, lines in self.each_session():
            parser = self.source.parser(path)
            parser.feed(b"".join(lines), 0)
            before = parser.state()
            assert parser.feed(b"", sum(map(len, lines))) == ParsedChunk()
            assert parser.state() == before

    @QUICK
    @given(data=st.data())
    def test_a_session_read_in_parts_gives_the_events_of_one_read_at_once(self, data: st.DataObject) -> None:
        """Wherever it is cut at newlines, a session gives the same events, in order and out of order."""
        for path, lines in self.each_session():
            order = data.draw(st.just(lines) | st.permutations(lines))
            cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(lines) - 1)))))
            read_at_once = self.source.parser(path).feed(b"".join(order), 0)
            assert self.read_in_parts(path, order, cuts) == (read_at_once.events, read_at_once.unknown)

    @QUICK
    @given(data=st.data())
    def test_repeated_records_count_no_token_and_no_turn_twice(self, data: st.DataObject) -> None:
        """Records that are written twice open the same turns and measure the same tokens; in any order, none raises."""
        for path, lines in self.each_session():
            once = self.read(path, b"".join(lines)).events
            lines_twice = [line for line in lines for _ in range(data.draw(st.integers(1, 2)))]
            twice = self.read(path, b"".join(lines_twice)).events
            assert request_tokens(twice) == request_tokens(once)
            assert turn_keys(twice) == turn_keys(once)
            self.read(path, b"".join(data.draw(st.permutations(lines_twice))))

    @QUICK
    @given(data=st.data())
    def test_torn_and_overwritten_bytes_raise_nothing(self, data: st.DataObject) -> None:
        """Bytes that are lost, or replaced by others, raise nothing."""
        for path, lines in self.each_session():
            content = b"".join(lines)
            place, dropped = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 80))
            noise = data.draw(st.binary(max_size=60) | st.just(b"\0" * 50) | st.just(b"\n"))
            self.read(path, content[:place] + noise + content[place + dropped :])
            self.read(path, content[:place])

    @QUICK
    @given(data=st.data())
    def test_a_part_of_any_other_type_raises_nothing(self, data: st.DataObject) -> None:
        """Any part of a record with any other JSON value raises nothing, and what it gives can be stored."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for _ in range(data.draw(st.integers(1, 4))):
                record = data.draw(st.sampled_from(records))
                replace_part(record, data.draw(st.sampled_from(list(parts_of(record)))), data.draw(JSON_VALUES))
            self.read(path, _encode(records))

    @pytest.mark.parametrize("number", [2**70, -(2**70), 1e300, -1, 1.5])
    def test_numbers_beyond_all_bounds_are_cut(self, number: float) -> None:
        """Check that, whatever number a record holds, its events can be stored."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for record in records:
                for place in [part for part in parts_of(record) if isinstance(part_at(record, part), int | float)]:
                    replace_part(record, place, number)
            self.read(path, _encode(records))

    @pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
    def test_hostile_text_stays_text(self, hostile: str) -> None:
        """Text that a terminal or a shell would obey raises nothing in any part of any record."""
        for path, lines in self.each_session():
            records = [json.loads(line) for line in lines]
            for number, record in enumerate(records):
                for place in [part for part in parts_of(record) if isinstance(part_at(record, part), str)]:
                    changed = json.loads(lines[number])
                    replace_part(changed, place, hostile)
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
        """Check that, where no text is kept, the parser's state holds none."""
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
        """Check that a step's whole input and output are read from its record; any other bytes raise ValueError."""
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


def _texts(value: Any) -> Iterator[str]:
    return (part for path in parts_of(value) if isinstance(part := part_at(value, path), str))


def _encode(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
