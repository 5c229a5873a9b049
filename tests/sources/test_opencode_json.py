"""Sessions of OpenCode that are kept in files: the same events as from its database, and counted once beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.opencode_json import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk, has_companions
from ppp_tui.testing.checks import HOSTILE_TEXTS, check_events
from tests.sources import opencode_rows as rows
from tests.sources.opencode_rows import SESSION, ms
from tests.sources.polled import PolledSession, of


class Storage(PolledSession):
    """A storage's folder, and what was read of its session so far."""

    source = SOURCE

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "opencode" / "storage"
        super().__init__(self.folder / "session" / "project1" / f"{SESSION}.json")
        self.session()

    def write(self, place: str, data: dict[str, Any], second: float) -> None:
        path = self.folder / f"{place}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))
        os.utime(path, (ms(second) / 1000, ms(second) / 1000))

    def session(self, second: float = 0, **info: Any) -> None:
        times = {"created": ms(0), "updated": ms(second)}
        made = {"id": SESSION, "version": "1.0.85", "directory": "/home/me/shop", "title": "Login", "time": times}
        self.write(f"session/project1/{SESSION}", {**made, **info}, second)

    def message(self, id_: str, second: float, data: dict[str, Any]) -> None:
        self.write(f"message/{SESSION}/{id_}", {"id": id_, "sessionID": SESSION, **data}, second)

    def part(self, id_: str, message: str, second: float, data: dict[str, Any]) -> None:
        self.write(f"part/{message}/{id_}", {"id": id_, "messageID": message, **data}, second)

    def prompt(self, id_: str, text: str, second: float) -> None:
        self.message(id_, second, rows.user(second))
        self.part(f"prt_{id_}", id_, second, {"type": "text", "text": text})

    def turn(self, at: float = 0, name: str = "1") -> None:
        """Write a whole turn: a prompt, a failing command, an answer."""
        self.prompt(f"msg_{name}0", "Fix the login", at)
        self.message(f"msg_{name}1", at + 4, rows.answer(at + 1, at + 4, "tool-calls"))
        metadata = {"output": "1 failed", "exit": 1}
        done = rows.tool(
            "bash", "completed", at + 2, at + 3, input={"command": "pytest -q"}, output="1 failed", metadata=metadata
        )
        self.part(f"prt_{name}a", f"msg_{name}1", at + 3, done)
        self.message(f"msg_{name}2", at + 6, rows.answer(at + 5, at + 6, "stop"))
        self.part(f"prt_{name}b", f"msg_{name}2", at + 6, rows.text("It fails.", at + 6))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def test_files_tell_what_the_database_tells(storage: Storage, tmp_path: Path) -> None:
    storage.turn()
    store = rows.Store(tmp_path / "opencode.db")
    store.session(version="1.0.85", agent=None)
    rows.write_turn(store)
    from_files, from_rows = storage.poll().events, store.poll()
    assert from_files[0] == e.TrajectorySwitched("", at=ms(0))
    assert from_files[1:] == from_rows[1:]
    assert [event.prompt for event in from_files if isinstance(event, e.TurnStarted)] == ["Fix the login"]


def test_only_what_changed_is_told(storage: Storage) -> None:
    storage.turn()
    storage.poll()
    assert storage.poll() == ParsedChunk()
    storage.prompt("msg_20", "And the logout", 60)
    storage.message("msg_21", 61, rows.answer(61))
    reading = storage.poll()
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["And the logout"]
    assert of(e.RequestMeasured, reading) == []
    storage.message("msg_21", 64, rows.answer(61, 64, "stop"))
    storage.part("prt_2b", "msg_21", 64, rows.text("Done.", 64))
    reading = storage.poll()
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["Done."]
    assert [event.output_tokens for event in of(e.RequestMeasured, reading)] == [50]
    assert [event.status for event in of(e.TurnEnded, reading)] == ["completed"]


def test_a_part_leads_to_the_session_of_its_message(storage: Storage) -> None:
    storage.turn()
    assert has_companions(SOURCE)
    part, message = storage.folder / "part" / "msg_10" / "prt_msg_10.json", storage.folder / "message" / SESSION
    assert SOURCE.session_of(part) == SOURCE.session_of(message / "msg_10.json") == storage.path
    assert SOURCE.session_of(storage.folder / "part" / "msg_99" / "prt_1.json") is None
    assert SOURCE.session_of(storage.folder / "part" / "msg_*" / "prt_1.json") is None
    assert SOURCE.session_of(storage.folder / "todo" / f"{SESSION}.json") is None


def test_text_without_a_time_is_whole_when_its_answer_is(storage: Storage) -> None:
    storage.prompt("msg_10", "Hello", 0)
    storage.message("msg_11", 5, rows.answer(1, 5, "stop"))
    storage.part("prt_1b", "msg_11", 3, {"type": "text", "text": "Hi."})
    assert [(event.text, event.at) for event in of(e.AssistantMessage, storage.poll())] == [("Hi.", ms(5))]


def test_long_session_is_read_on_from_its_newest_messages(storage: Storage) -> None:
    for number in range(30):
        storage.turn(number * 100, f"{number:02}")
    assert len(of(e.TurnStarted, storage.poll())) == 30
    storage.prompt("msg_999", "More", 9000)
    reading = storage.poll()
    assert ([event.prompt for event in of(e.TurnStarted, reading)], of(e.RequestMeasured, reading)) == (["More"], [])


def test_session_that_a_database_holds_is_not_read_again(storage: Storage) -> None:
    storage.turn()
    alone = storage.poll()
    store = rows.Store(storage.folder.parent / "opencode.db")
    store.session()
    rows.write_turn(store)
    storage.state = b""
    assert storage.poll() == ParsedChunk()
    taken_over = storage.state
    assert (storage.poll(), storage.state) == (ParsedChunk(), taken_over)
    # Read before it was taken over, it has the same turns and requests, which count once then.
    both = store.poll()
    for kind in (e.TurnStarted, e.RequestMeasured):
        assert [event.key for event in of(kind, alone)] == [event.key for event in both if isinstance(event, kind)]
    store.db.execute("DELETE FROM session")
    assert len(of(e.TurnStarted, storage.poll())) == 1


def test_sub_agent_is_a_child(storage: Storage) -> None:
    storage.session(parentID="ses_parent")
    storage.prompt("msg_10", "Look", 0)
    reading = storage.poll()
    assert ("parent_native_id", "ses_parent") in [(each.name, each.value) for each in of(e.MetadataLearned, reading)]
    assert [event.origin for event in of(e.TurnStarted, reading)] == ["system"]


def test_prompts_that_are_undone_or_deleted_are_taken_back(storage: Storage) -> None:
    storage.turn()
    storage.turn(100, "2")
    storage.poll()
    storage.session(200, revert={"messageID": "msg_20"})
    assert len(of(e.TurnsRolledBack, storage.poll())) == 1
    storage.session(201)
    (storage.folder / "message" / SESSION / "msg_10.json").unlink()
    (rolled_back,) = of(e.TurnsRolledBack, storage.poll())
    assert (len(rolled_back.keys), len(rolled_back.restored)) == (1, 1)


@pytest.mark.parametrize(
    "content", [*HOSTILE_TEXTS, "", "[]", "{}", '{"role": 7, "time": 5}', '{"type": ["x"]}', '{"ti']
)
@pytest.mark.parametrize("place", ["session/project1/*", "message/*/*1", "part/*/*"])
def test_odd_files_raise_nothing(place: str, content: str, storage: Storage) -> None:
    storage.turn()
    for path in list(storage.folder.glob(f"{place}.json")):
        path.write_text(content)
    check_events(storage.poll().events, 0)


def test_session_is_found_by_itself_and_by_its_messages(storage: Storage) -> None:
    storage.turn()
    message = storage.folder / "message" / SESSION / "msg_10.json"
    assert list(SOURCE.find(storage.folder)) == list(SOURCE.find(storage.path)) == [storage.path]
    assert (SOURCE.claims(storage.path), SOURCE.claims(message)) == (True, False)
    assert SOURCE.session_of(message) == storage.path  # type: ignore[attr-defined]
    assert SOURCE.session_of(storage.folder / "message" / "ses_*" / "x.json") is None  # type: ignore[attr-defined]
    assert list(SOURCE.companions(storage.path)) == [message.parent]
    assert SOURCE.identify(storage.path) == Identity(SESSION)
    assert SOURCE.roots({"XDG_DATA_HOME": "/d"}, storage.folder) == [Path("/d/opencode/storage")]
