"""Kilo Code since 7: OpenCode's tables at places of its own, and tasks of older versions that it took over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.kilo_db import SOURCE
from tests.sources.opencode_rows import SESSION, Store, answer, text, user, write_turn
from tests.sources.polled import of

LEGACY = {"providerID": "legacy", "modelID": "legacy"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "kilo.db", source=SOURCE)
    yield made
    made.close()


def import_task(store: Store) -> None:
    """Write a session as the program makes it of a task of an older version."""
    store.session(version="v2", title="Old task")
    store.message("msg_migrated_0", 0, {**user(0), "model": LEGACY})
    store.part("prt_migrated_0", "msg_migrated_0", 0, text("<task>Old task</task>", 0))
    store.message("msg_migrated_1", 1, {**answer(1, 1), **LEGACY, "tokens": {}})
    store.part("prt_migrated_1", "msg_migrated_1", 1, text("Done.", 1))


def test_session_is_read_as_opencode_keeps_it(store: Store) -> None:
    store.session(version="7.1.0")
    write_turn(store)
    events = store.poll()
    assert [event.prompt for event in of(e.TurnStarted, events)] == ["Fix the login"]
    assert [event.status for event in of(e.ToolCallFinished, events)] == ["failed"]
    assert [event.input_tokens for event in of(e.RequestMeasured, events)] == [100, 100]
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && kilo --session {SESSION}"


def test_task_that_was_taken_over_is_not_read_a_second_time(store: Store) -> None:
    import_task(store)
    assert store.poll() == []


def test_what_the_user_adds_to_such_a_task_is_read(store: Store) -> None:
    import_task(store)
    store.poll()
    write_turn(store, 100)
    assert [event.prompt for event in of(e.TurnStarted, store.poll())] == ["Fix the login"]
    store.session(second=200, version="v2", title="Old task")
    assert of(e.TurnStarted, store.poll()) == []


def test_model_named_legacy_of_another_session_is_read(store: Store) -> None:
    store.session(version="7.1.0")
    write_turn(store)
    store.message("msg_3", 20, {**answer(20, 21, "stop"), **LEGACY})
    assert [event.provider for event in of(e.RequestMeasured, store.poll())] == ["openai", "openai", "legacy"]


def test_databases_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / ".local" / "share" / "kilo"
    assert SOURCE.roots({}, tmp_path) == [folder / "kilo.db"]
    folder.mkdir(parents=True)
    for name in ("kilo.db", "kilo-dev.db", "opencode.db"):
        (folder / name).touch()
    assert list(SOURCE.find(folder)) == [folder / "kilo.db", folder / "kilo-dev.db"]
    assert SOURCE.roots({"KILO_DB": "/k/own.db"}, tmp_path)[0] == Path("/k/own.db")
    assert not SOURCE.claims(folder / "opencode.db")
