"""Tests that every source of documents must pass: files that are written anew as a whole, with a list that grows.

    class TestMyAgent(DocumentContract):
        source = SOURCE
        documents = {"sessions/a1b2.json": {"id": "a1b2", "messages": [{…}, …]}}
        growing = "messages"

Documents are few and short, with an entry of every kind that the source reads: the tests write them in parts, repeat
entries, tear and retype them by the hundred. What is damaged or of a new shape may cost facts, never an exception.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.model.event import Event, MetadataLearned, ToolCallFinished
from ppp_tui.sources.source import ParsedChunk, TableSource
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


class DocumentContract:
    """The tests; a class that derives from it names a source and its documents."""

    source: ClassVar[TableSource]
    documents: ClassVar[Mapping[str, Any]]
    """Decoded JSON of each session by its path below the folder that sessions are searched in."""
    growing: ClassVar[str] = ""
    """Field of the document whose list grows; '' where the document is that list."""

    def read(self, path: Path, contents: list[Any]) -> tuple[list[Event], bytes]:
        """Write one content after the other and read each, check what it gave, and return it with the last state.

        A content is decoded JSON, or bytes.
        """
        events: list[Event] = []
        state = b""
        path.parent.mkdir(parents=True, exist_ok=True)
        for content in contents:
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
            try:
                read = self.source.poll(path, state)
            except OSError:
                continue
            check_reading(read.reading, 0)
            assert len(read.state) <= MAX_STATE_BYTES
            events += read.reading.events
            state = read.state
        return events, state

    def each_document(self) -> Iterator[tuple[Path, Any]]:
        """Yield each document with a path in a folder of its own."""
        assert self.documents, "a contract without documents proves nothing"
        for name, document in self.documents.items():
            with TemporaryDirectory() as folder:
                yield Path(folder) / name, document

    def entries_of(self, document: Any) -> list[Any]:
        """Return the list that grows."""
        entries: list[Any] = document[self.growing] if self.growing else document
        return entries

    def with_entries(self, document: Any, entries: list[Any]) -> Any:
        """Return the document with other entries."""
        return {**document, self.growing: entries} if self.growing else entries

    def test_sessions_are_found_where_they_lie(self, tmp_path: Path) -> None:
        """Each session is found below its root and by itself, claimed by its name, and has an id of its own."""
        for name, document in self.documents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document))
        expected = {tmp_path / name for name in self.documents}
        assert set(self.source.find(tmp_path)) == expected
        assert [path for path in expected if not self.source.claims(path)] == []
        assert [list(self.source.find(path)) for path in expected] == [[path] for path in expected]
        assert len({self.source.identify(path).native_id for path in expected}) == len(expected)
        assert list(self.source.find(tmp_path / "nowhere")) == []

    def test_every_session_says_something_and_all_of_it_is_known(self) -> None:
        """Each session gives events, and nothing in it is unknown."""
        for path, document in self.each_document():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document))
            reading = self.source.poll(path, b"").reading
            assert any(not isinstance(event, MetadataLearned) for event in reading.events), f"{path} says nothing"
            assert (reading.unknown, reading.damage) == ({}, []), path

    def test_nothing_new_costs_nothing(self) -> None:
        """Check that the same content again gives no events and the same state."""
        for path, document in self.each_document():
            _, state = self.read(path, [document])
            read = self.source.poll(path, state)
            assert (read.reading, read.state, read.is_more) == (ParsedChunk(), state, False)

    @QUICK
    @given(data=st.data())
    def test_a_document_read_as_it_grows_tells_what_it_tells_at_once(self, data: st.DataObject) -> None:
        """Check that, whatever parts of it are seen, a document gives the same turns, tokens and ends of calls."""
        for path, document in self.each_document():
            read_at_once, _ = self.read(path, [document])
            entries = self.entries_of(document)
            sizes = sorted(data.draw(st.sets(st.integers(0, len(entries)))))
            parts, _ = self.read(path, [*(self.with_entries(document, entries[:size]) for size in sizes), document])
            assert turn_keys(parts) == turn_keys(read_at_once)
            assert request_tokens(parts) == request_tokens(read_at_once)
            assert _ends(parts) == _ends(read_at_once)

    @QUICK
    @given(data=st.data())
    def test_repeated_entries_count_no_token_and_no_turn_twice(self, data: st.DataObject) -> None:
        """Entries that stand there twice open the same turns and measure the same tokens."""
        for path, document in self.each_document():
            once, _ = self.read(path, [document])
            entries = [entry for entry in self.entries_of(document) for _ in range(data.draw(st.integers(1, 2)))]
            twice, _ = self.read(path, [self.with_entries(document, entries)])
            assert request_tokens(twice) == request_tokens(once)
            assert turn_keys(twice) == turn_keys(once)

    @QUICK
    @given(data=st.data())
    def test_torn_documents_raise_nothing_and_cost_nothing(self, data: st.DataObject) -> None:
        """Bytes that are lost or replaced raise nothing; the whole document is read after them as before."""
        for path, document in self.each_document():
            read_at_once, _ = self.read(path, [document])
            content = json.dumps(document).encode()
            place = data.draw(st.integers(0, len(content) - 1))
            torn, _ = self.read(path, [content[:place], document])
            assert (turn_keys(torn), request_tokens(torn)) == (turn_keys(read_at_once), request_tokens(read_at_once))
            noise = data.draw(st.binary(max_size=60) | st.just(b"\0" * 50) | st.just(b"\n"))
            self.read(path, [content[:place] + noise + content[place + data.draw(st.integers(0, 80)) :], document])

    @QUICK
    @given(data=st.data())
    def test_a_part_of_any_other_type_raises_nothing(self, data: st.DataObject) -> None:
        """Any part of a document with any other JSON value raises nothing, and what it gives can be stored."""
        for path, document in self.each_document():
            changed = copy.deepcopy(document)
            for _ in range(data.draw(st.integers(1, 4))):
                place = data.draw(st.sampled_from(list(parts_of(changed))))
                replace_part(changed, place, data.draw(JSON_VALUES))
                if not list(parts_of(changed)):
                    break
            self.read(path, [changed, document])

    @pytest.mark.parametrize("number", [2**70, -(2**70), 1e300, -1, 1.5])
    def test_numbers_beyond_all_bounds_are_cut(self, number: float) -> None:
        """Check that, whatever number a document holds, its events can be stored."""
        for path, document in self.each_document():
            changed = copy.deepcopy(document)
            for place in [part for part in parts_of(changed) if isinstance(part_at(changed, part), int | float)]:
                replace_part(changed, place, number)
            self.read(path, [changed])

    @pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
    def test_hostile_text_stays_text(self, hostile: str) -> None:
        """Text that a terminal or a shell would obey raises nothing in any part of a document."""
        for path, document in self.each_document():
            for place in [part for part in parts_of(document) if isinstance(part_at(document, part), str)]:
                changed = copy.deepcopy(document)
                replace_part(changed, place, hostile)
                self.read(path, [changed])


def _ends(events: list[Event]) -> dict[str, tuple[str, str]]:
    """Return status and output of each call by its key; a call ends once."""
    ends: dict[str, tuple[str, str]] = {}
    for event in events:
        if isinstance(event, ToolCallFinished):
            assert event.key not in ends, f"{event.key} ends twice"
            ends[event.key] = event.status, event.output
    return ends
