"""Sessions of Claude Code as files: branches, rewinds and renamed folders come out right however they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import House, age
from tests.sources.claude_lines import assistant, text, user
from tests.sources.parsed_lines import content

TALK = (
    user("p1", "Plan the menu", cwd="/home/ada/kitchen", parentUuid=None),
    assistant("a1", text("Planned."), 5, stop="end_turn", parentUuid="p1", cwd="/home/ada/kitchen"),
    user("p2", "With soup", 60, parentUuid="a1", cwd="/home/ada/kitchen"),
    assistant(
        "a2",
        text("Soup. Shall I add bread?"),
        65,
        message_id="msg_2",
        request="req_2",
        stop="end_turn",
        parentUuid="p2",
        cwd="/home/ada/kitchen",
    ),
)
TURNS = (
    "SELECT turn_number, status, is_rolled_back, is_copy, prompt FROM trajectory_turns AS n "
    "JOIN trajectories AS t ON t.id = n.trajectory_id WHERE t.native_id = '{}' ORDER BY 1"
)


def put(house: House, name: str, *records: dict[str, Any], folder: str = "-home-ada-kitchen") -> Path:
    """Append records to a session, as old as all files of a house are."""
    path = house.home / ".claude" / "projects" / folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(content(*records))
    age(path)
    return path


def ingest(house: House) -> None:
    house.ingest(sources=("claude_code",))


@pytest.mark.parametrize("is_in_parts", [False, True])
def test_a_branch_that_holds_every_record_twice_has_its_turns_once(house: House, is_in_parts: bool) -> None:
    put(house, "first", *TALK)
    ingest(house)
    forked = [{**record, "sessionId": "second", "forkedFrom": {"sessionId": "first"}} for record in TALK]
    again = [{**record, "sessionId": "second"} for record in TALK]
    new = user("p9", "Now dessert", 200, parentUuid="a2")
    for record in (*forked, *again, new):
        put(house, "second", record)
        if is_in_parts:
            ingest(house)
    ingest(house)
    assert house.ask(TURNS.format("second")) == [
        (1, "completed", 0, 1, "Plan the menu"),
        (2, "completed", 0, 1, "With soup"),
        (3, "open", 0, 0, "Now dessert"),
    ]


def test_a_rewind_marks_its_turn_and_a_way_back_unmarks_it(house: House) -> None:
    put(house, "first", *TALK)
    ingest(house)
    put(house, "first", user("p3", "With salad", 120, parentUuid="a1"))
    ingest(house)
    assert [row[:3] for row in house.ask(TURNS.format("first"))] == [
        (1, "completed", 0),
        (2, "completed", 1),
        (3, "open", 0),
    ]
    put(house, "first", user("p4", "Soup after all", 180, parentUuid="a2"))
    ingest(house)
    assert [row[:3] for row in house.ask(TURNS.format("first"))] == [
        (1, "completed", 0),
        (2, "completed", 0),
        (3, "superseded", 1),
        (4, "open", 0),
    ]


def test_a_rewound_session_dumps_the_same_in_one_part_and_in_many(tmp_path: Path) -> None:
    rewound = (*TALK, user("p3", "With salad", 120, parentUuid="a1"), user("p4", "Soup", 180, parentUuid="a2"))
    dumps = []
    for name in ("one", "many"):
        house = House(tmp_path / name)
        for record in rewound:
            put(house, "first", record)
            if name == "many":
                ingest(house)
        ingest(house)
        writer = Writer(house.database)
        dumps.append([line.replace(str(house.home), "HOME") for line in dump(writer._connection)])
        writer.close()
    assert dumps[0] == dumps[1]


def test_a_renamed_transcript_folder_changes_no_project_and_no_turn(house: House) -> None:
    path = put(house, "first", *TALK)
    ingest(house)
    before = house.ask(TURNS.format("first"))
    path.parent.rename(path.parent.with_name("renamed-by-a-variable"))
    put(house, "first", user("p5", "And wine", 90, parentUuid="a2", cwd="/home/ada"), folder="renamed-by-a-variable")
    put(house, "other", *TALK[:1], folder="renamed-by-a-variable")
    ingest(house)
    assert house.ask(TURNS.format("first"))[:2] == before
    assert house.ask("SELECT native_id, project FROM trajectories ORDER BY 1") == [
        ("first", "/home/ada/kitchen"),
        ("other", "/home/ada/kitchen"),
    ]
