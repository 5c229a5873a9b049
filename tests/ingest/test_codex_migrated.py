"""Rollouts that Codex writes anew in its paginated form: the same thread, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.house import House, age
from tests.sources.codex_lines import NAME, Line, completed, content, context, ended, event, meta, started, user_item

LEGACY = (
    meta(),
    started(),
    context(),
    user_item("Add login", 1),
    event("user_message", 2, message="Add login"),
    event("agent_message", 3, message="Added."),
    ended(4),
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def paginated(*lines: Line, **more: str) -> bytes:
    first, *rest = lines
    first = {**first, "payload": {**first["payload"], "history_mode": "paginated", **more}}
    return content(*({**line, "ordinal": number} for number, line in enumerate((first, *rest))))


MIGRATED = (
    meta(),
    started(),
    context(),
    completed("UserMessage", 2, id="m1", content=[{"type": "text", "text": "Add login"}]),
    completed("AgentMessage", 3, id="m2", content=[{"type": "Text", "text": "Added."}]),
    ended(4),
)


def publish(house: House, content: bytes) -> Path:
    """Put a file in the place of the rollout, as a migration does."""
    path = house.home / ".codex" / "sessions" / NAME.name
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name("staged.tmp")
    staged.write_bytes(content)
    staged.replace(path)
    age(path)
    return path


def threads(house: House) -> list[tuple[object, ...]]:
    return house.ask(
        "SELECT f.path = ?, u.prompt, u.response, u.is_copy FROM trajectory_turns AS u "
        "JOIN trajectories AS t ON t.id = u.trajectory_id JOIN source_files AS f ON f.id = t.file_id",
        str(house.home / ".codex" / "sessions" / NAME.name),
    )


def test_a_migrated_rollout_takes_the_place_of_what_was_read_of_it(house: House) -> None:
    publish(house, content(*LEGACY))
    house.ingest(sources=("codex",))
    path = publish(house, paginated(*MIGRATED))
    house.ingest(sources=("codex",))
    house.ingest(sources=("codex",))
    assert threads(house) == [(1, "Add login", "Added.", 0)]
    with path.open("ab") as file:
        file.write(content({**event("agent_message", 9, message="More."), "ordinal": 6}))
    age(path)
    house.ingest(sources=("codex",))
    assert threads(house) == [(1, "Add login", "Added.\n\nMore.", 0)]


def test_another_thread_in_the_rollouts_place_leaves_what_was_read(house: House) -> None:
    publish(house, content(*LEGACY))
    house.ingest(sources=("codex",))
    publish(house, paginated(*MIGRATED, id="01a1f8d0-4e00-7000-8000-000000000009"))
    house.ingest(sources=("codex",))
    assert {is_there for is_there, *_ in threads(house)} == {0, 1}
