"""What stands around a short turn: the turns before and after it, then the sessions around its own."""

from __future__ import annotations

from datetime import UTC

from ppp_tui.query.rows import TurnText
from ppp_tui.tui.panes.near_sessions import NearSessions
from ppp_tui.tui.panes.turns.turn_aside import Around, around_sections
from tests.tui.live_rows import session, turn

ALONE = NearSessions(session(1), None, [], [session(1)], {})


def text_of(number: int, prompt: str, response: str, *, is_text_kept: bool = True) -> TurnText:
    return TurnText(number, prompt, response, len(prompt), len(response), is_text_kept=is_text_kept)


def sections(around: Around) -> list[list[str]]:
    return [[line.text for line in section] for section in around_sections(around, 2, 60, UTC)]


def test_turns_around_one_have_their_prompt_and_their_answer() -> None:
    after, before = text_of(3, "Now the tests", "They **pass**."), text_of(1, "Add it", "Added.")
    shown = sections(Around([(turn(3, "Now the tests"), after), (turn(1, "Add it"), before)], ALONE))
    assert shown == [
        ["after: turn 3  completed  2026-11-20 11:59:00  30s  0.5s to…", "Now the tests", "They pass.", ""],
        ["before: turn 1  completed  2026-11-20 11:59:00  30s  0.5s t…", "Add it", "Added.", ""],
    ]


def test_long_texts_around_a_turn_are_cut_with_a_sign() -> None:
    rows = "\n".join(f"row {number}" for number in range(8))
    answer = "\n".join(f"- point {number}" for number in range(30))
    [shown] = sections(Around([(turn(1, rows), text_of(1, rows, answer))], ALONE))
    assert shown[1:9] == ["row 0", "row 1", "row 2", "row 3", "row 4", "row 5", "…", "…"]
    assert len(shown[9:-1]) == 24
    assert shown[-2].endswith("point 29")


def test_a_text_that_is_not_kept_is_not_called_empty() -> None:
    [shown] = sections(Around([(turn(1, ""), text_of(1, "", "", is_text_kept=False))], ALONE))
    assert shown[1:] == ["(0 characters; the text is not kept, by your settings)", ""]


def test_sessions_follow_the_turns() -> None:
    other = session(2, title="Rename it")
    near = NearSessions(session(1), None, [], [session(1), other], {2: "Renamed."})
    assert [
        section[1]
        for section in sections(
            Around(
                [
                    (turn(1, "Add it"), text_of(1, "Add it", "")),
                ],
                near,
            )
        )
    ] == [
        "Add it",
        "    Renamed.",
    ]
