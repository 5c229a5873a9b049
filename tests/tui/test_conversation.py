"""The conversation of a turn: what stands in it, what is folded, what a row says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.rows import StepLine, TurnText
from ppp_tui.query.sessions.payloads import Payload
from ppp_tui.sources.call_description import call_description
from ppp_tui.tui.panes.turns.conversation import conversation
from ppp_tui.tui.panes.turns.step_names import mcp_names, readable_command, step_subject, tool_label
from ppp_tui.tui.panes.turns.step_output import (
    ConversationLook,
    fitting_blocks,
    fitting_peeks,
    output_lines,
    step_row,
    wanted_outputs,
)
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads, load_descriptions
from tests.tui.live_rows import question, session, step, turn

WIDTH = 60


def loaded(*steps: StepLine, **more: Any) -> LoadedTurn:
    text = TurnText(1, "Fix it", "Done.", 6, 5, is_text_kept=True)
    return replace(LoadedTurn(turn(1, "Fix it"), text, list(steps), [], [], []), **more)


def failed(number: int = 1, **more: Any) -> StepLine:
    return replace(
        step(1, number, kind="shell", tool="Bash", target="make"), **{"status": "failed", "exit_code": 2, **more}
    )


def texts(turn_loaded: LoadedTurn, payloads: TurnPayloads | None = None, *unfolded: str) -> list[str]:
    look = ConversationLook(WIDTH, UTC, frozenset(unfolded))
    return [line.text for line in conversation(turn_loaded, payloads or TurnPayloads(), look).lines]


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("cd /home/dev/shop && npm test", "npm test"),
        ('cd "/a b" && FOO=1 BAR="x y" make -j2', "make -j2"),
        ("export A=1; set -e; go test ./...", "go test ./..."),
        ("cd /home/dev/shop", "cd /home/dev/shop"),
        ("N=$(wc -l < a) && echo $N", "N=$(wc -l < a) && echo $N"),
        ("Set-Location D:\\shop; npm run build", "npm run build"),
        ("echo a=b", "echo a=b"),
        ("python - <<'E'\nprint(1)\nE", "python - <<'E' print(1) E"),
    ],
)
def test_preparations_of_a_command_are_left_out(command: str, shown: str) -> None:
    assert readable_command(command) == shown


def test_internal_tool_names_become_words() -> None:
    named = [("exec_command", "Shell"), ("request_user_input", "asks"), ("Bash", "Bash"), ("apply_patch", "Edit")]
    for tool, label in named:
        assert tool_label(step(1, 1, kind="tool", tool=tool, target="")) == label
    assert mcp_names("mcp__linear-server__get_issue") == ("linear-server", "get issue")
    asked = step(1, 1, kind="mcp", tool="mcp__linear-server__get_issue", target="ENT-95")
    assert (tool_label(asked), step_subject(asked)) == ("linear-server", "get issue  ENT-95")


def test_the_description_of_a_command_goes_before_the_command() -> None:
    row = step_row(failed(duration_ms=8000), "Run all tests", WIDTH)
    assert row.text == " ✕ Bash     Run all tests                      8.0s  exit 2"


def test_a_row_of_a_step_is_cut_with_a_sign_and_never_wider_than_the_pane() -> None:
    row = step_row(step(1, 1, kind="shell", tool="Bash", target="x" * 200), "", WIDTH)
    assert len(row.text) <= WIDTH
    assert "x…" in row.text


def test_a_failed_step_shows_the_first_and_last_lines_of_its_output() -> None:
    broken = failed(output_bytes=9, output_length=900)
    output = Payload("\n".join(f"line {number}" for number in range(20)))
    shown = [line.text.strip() for line in output_lines(broken, output, WIDTH, is_unfolded=False)]
    assert shown == [
        "┃ line 0",
        "┃ line 1",
        "┃ line 2",
        "┃ … 13 more lines; ↵ unfolds",
        "┃ line 16",
        "┃ line 17",
        "┃ line 18",
        "┃ line 19",
    ]
    unfolded = output_lines(broken, output, WIDTH, is_unfolded=True)
    assert [line.text.strip() for line in unfolded] == [f"┃ line {number}" for number in range(20)]


def test_an_unfolded_output_of_many_lines_ends_with_how_many_are_left() -> None:
    output = Payload("\n".join(map(str, range(1000))))
    lines = output_lines(failed(), output, WIDTH, is_unfolded=True)
    assert lines[-1].text.strip() == "┃ … 800 more lines; ↵ opens the whole"


def test_hostile_output_reaches_the_screen_as_symbols() -> None:
    shown = texts(loaded(failed(output_preview="\x1b[31mred", output_length=8)))
    assert any("␛[31mred" in line for line in shown)
    assert not any("\x1b" in line for line in shown)


def test_successful_step_is_one_row_until_it_is_unfolded() -> None:
    fine = step(1, 1, kind="shell", tool="Bash", target="ls", output_preview="a\nb", output_length=3)
    assert not any("┃" in line for line in texts(loaded(fine)))
    payloads = TurnPayloads(outputs={fine.id: Payload("a\nb")})
    assert [line.strip() for line in texts(loaded(fine), payloads, f"step {fine.id}")][-2:] == ["┃ a", "┃ b"]
    assert wanted_outputs(loaded(fine), frozenset()) == []
    assert wanted_outputs(loaded(fine), frozenset((f"step {fine.id}",))) == [fine]


def test_consecutive_thoughts_are_folded_into_one_row() -> None:
    thoughts = [
        step(1, number, kind="thinking", tool="", target="", input_preview=f"**Idea** {number}") for number in (1, 2, 3)
    ]
    shown = [line for line in texts(loaded(*thoughts)) if "thinks" in line]
    assert [line.strip() for line in shown] == ["thinks   Idea 1  (+2)"]


def test_question_replaces_the_step_that_asks_it() -> None:
    asking = step(1, 1, kind="ask", tool="AskUserQuestion", target="Which?", started_at=5000)
    asked = question(1, 1, "Which?", source="tool", asked_at=5000, text_start=None, text_end=None, options=("A", "B"))
    shown = texts(loaded(asking, questions=[replace(asked, answer="B", answer_status="given", answered_at=37_000)]))
    assert [line.strip() for line in shown[-3:]] == [
        "? low    Which?" + "answered in 32s".rjust(WIDTH - 16),
        "○ A",
        "● B",
    ]


async def test_a_call_without_a_description_is_looked_up_once(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    call = {"content": [{"type": "tool_use", "id": "c1", "input": {"command": "ls", "description": "List\nfiles"}}]}
    record = json.dumps({"message": call}).encode()
    file.write_bytes(record)
    row = replace(session(1), path=str(file))
    plain: dict[str, Any] = {"kind": "shell", "tool": "Bash", "target": "ls", "input_bytes": len(record)}
    steps = [step(1, 1, key="c1", **plain), step(1, 2, key="c2", **plain)]
    payloads = TurnPayloads()
    assert await load_descriptions(steps, row, payloads)
    assert payloads.descriptions == {steps[0].id: "List files"}
    file.unlink()
    assert not await load_descriptions(steps, row, payloads)
    assert payloads.looked_up == {steps[0].id, steps[1].id}


def test_a_description_is_found_in_records_of_other_forms_and_nothing_is_invented() -> None:
    nested = json.dumps({"payload": {"call_id": "c1", "arguments": json.dumps({"description": "Run it"})}}).encode()
    assert call_description(nested, "c1") == "Run it"
    assert call_description(nested, "c2") == ""
    assert call_description(b'{"description": ', "c1") == ""
    assert call_description(b'{"id": "c1", "input": {"description": 7}}', "c1") == ""


def test_outputs_that_fit_are_shown_of_the_newest_steps_first_and_never_of_files_read() -> None:
    made = [step(1, number, f"make {number}", output_preview="one\ntwo") for number in (1, 2, 3)]
    read = step(1, 4, "a.py", kind="read", tool="Read", output_preview="x = 1")
    talk, look = loaded(*made, read), ConversationLook(WIDTH, UTC)
    peeks = fitting_peeks(talk, TurnPayloads(), look, 5)
    assert peeks == {made[1].id, made[2].id}
    lines = [line.text for line in conversation(talk, TurnPayloads(), look._replace(peeked=peeks)).lines]
    assert lines.count("   ┃ two") == 2
    assert fitting_peeks(talk, TurnPayloads(), look, 1) == frozenset()


def test_diffs_of_changes_are_read_where_they_may_fit() -> None:
    edit = step(1, 1, "a.py", kind="edit", tool="Edit")
    assert wanted_outputs(loaded(edit), frozenset()) == []
    assert wanted_outputs(loaded(edit), frozenset(), 2) == [edit]


def test_outputs_of_a_short_turn_are_read_where_they_may_fit() -> None:
    read = step(1, 1, "a.py", kind="read", tool="Read")
    assert wanted_outputs(loaded(read), frozenset(), 3) == []
    assert wanted_outputs(loaded(read), frozenset(), 4) == [read]


def test_what_there_is_room_for_is_unfolded_newest_first_and_a_last_one_in_part() -> None:
    thought = step(1, 1, kind="thinking", tool="", target="", input_preview="First.\n\nThen.")
    read = step(1, 2, "a.py", kind="read", tool="Read")
    made = step(1, 3, "make")
    broken = failed(4, output_preview="E1\nE2")
    talk, look = loaded(thought, read, made, broken), ConversationLook(WIDTH, UTC)
    payloads = TurnPayloads()
    payloads.outputs = {
        read.id: Payload("\n".join(f"line {number}" for number in range(40)), "text"),
        made.id: Payload("ok", "text"),
    }
    roomy = fitting_blocks(talk, payloads, look, 20)
    assert roomy == {f"step {made.id}": 200, f"step {thought.id}": 200, f"step {read.id}": 14}
    shown = conversation(talk, payloads, look._replace(roomy=roomy))
    lines = [line.text for line in shown.lines]
    assert "   ┃ line 13" in lines
    assert "   ┃ line 14" not in lines
    assert "   ┃ … 26 more lines; ↵ opens the whole" in lines
    assert "   ┃ Then." in lines
    assert [block.is_unfolded for block in shown.blocks] == [True, True, True, False]
    assert fitting_blocks(talk, payloads, look, 0) == {}


@pytest.mark.parametrize(
    ("thought", "subject"),
    [
        (
            "**A minus behind the number**\n\nOne bank writes 12,00-.",
            "A minus behind the number: One bank writes 12,00-.",
        ),
        ("**Done.**\n\nNext the tests.", "Done. Next the tests."),
        ("**Looking at the callers**", "Looking at the callers"),
        ("First **this** and then that", "First this and then that"),
    ],
)
def test_heading_of_a_thought_is_told_apart_from_what_follows(thought: str, subject: str) -> None:
    assert step_subject(step(1, 1, kind="thinking", tool="", target="", input_preview=thought)) == subject


def test_the_markdown_of_an_unfolded_thought_is_no_text() -> None:
    thought = step(1, 1, kind="thinking", tool="", target="", input_preview="**Idea**\n\nUse `make`.", input_length=21)
    [key] = [block.key for block in conversation(loaded(thought), TurnPayloads(), ConversationLook(WIDTH, UTC)).blocks]
    talk = conversation(loaded(thought), TurnPayloads(), ConversationLook(WIDTH, UTC, frozenset({key})))
    assert [line.text for line in talk.lines if "┃" in line.text] == ["   ┃ Idea", "   ┃ ", "   ┃ Use make."]
