"""Sessions as cards of the Live list: what each line says, and that nothing is made twice."""

from __future__ import annotations

from datetime import UTC

import pytest

from ppp_tui.query.rows import LiveRow, Spend, Tokens
from ppp_tui.query.sessions.live_details import LastRequest, LiveDetail
from ppp_tui.query.sessions.user_marks import UserMark
from ppp_tui.tui.panes.live.card_text import cache_left_ms, context_share, state_words
from ppp_tui.tui.panes.live.live_cells import Extras, ListRoom, LiveLines, continuation_of, none_yet
from ppp_tui.tui.panes.session_cells import context_text
from ppp_tui.tui.widgets.lines import Line, cell_text
from tests.tui.live_rows import NOW_MS, question, row

ROOM = ListRoom(60, 40)
WHICH = "Which provider do you prefer for the login of the shop, Google or GitHub, or neither?"


def text(line: Line) -> str:
    """A line without its tones, its cells one after another."""
    return " ".join(cell_text(cell) for cell in line.cells)


def card(one: LiveRow, extras: Extras | None = None, room: ListRoom = ROOM, *, is_ascii: bool = False) -> list[str]:
    """The lines of a session's card."""
    made = LiveLines(UTC, is_ascii=is_ascii).lines([one], NOW_MS, extras or Extras(), room)
    return [text(line) for line in made if line.key != f"group {one.state.group}"]


def test_card_of_a_waiting_session_has_question_options_and_cost_of_waiting() -> None:
    asks = row(1, "asks", "asks: Which provider…", NOW_MS - 42_000)
    request = LastRequest(NOW_MS - 108_000, "opus-4-8", 61_000, 300_000)
    extras = Extras(
        activity={1: [0] * 7 + [500]},
        questions={1: question(1, 1, WHICH, effort="low", options=("Google", "GitHub"))},
        details={1: LiveDetail("", request)},
        recache_micros={1: 410_000},
    )
    assert card(asks, extras) == [
        "◆  Add OAuth login shop claude 42s",
        "   asks low Which provider do you prefer for the login of",
        "   the shop, Google or GitHub, or neither?",
        "   1 Google   2 GitHub",
        "      $0.42    34%  ▁▁▁▁▁▁▁█  cache 3:12 then ~$0.41",
    ]


def test_options_that_do_not_fit_side_by_side_stand_one_below_the_other() -> None:
    options = ("Call Enabled and then overlay what was recorded", "Make the recorded data the only path", "Wait")
    extras = Extras(questions={1: question(1, 1, "Which?", effort="medium", options=options)})
    assert card(row(1, "asks", "asks: Which?"), extras)[2:5] == [
        "   1 Call Enabled and then overlay what was recorded",
        "   2 Make the recorded data the only path",
        "   3 Wait",
    ]


def test_crowded_list_cuts_a_question_to_one_row() -> None:
    extras = Extras(questions={1: question(1, 1, WHICH, effort="low", options=("Google", "GitHub"))})
    assert card(row(1, "asks", "asks: Which?"), extras, ListRoom(40, 6))[1:3] == [
        "   asks low Which provider do you prefe…",
        "   1 Google   2 GitHub",
    ]


def test_card_of_a_finished_session_has_the_agents_last_words() -> None:
    extras = Extras(details={1: LiveDetail("Part **2.0** is `done`, all green.")})
    assert card(row(1, "finished", "finished"), extras)[1] == ("   finished: Part 2.0 is done, all green.")


def test_prompt_cache_shows_its_end_and_cost_or_unknown() -> None:
    done = row(1, "finished", "finished")
    gone = LiveDetail("", LastRequest(NOW_MS - 300_000, "m", 10, 300_000))
    assert card(done, Extras(details={1: gone}, recache_micros={1: 30_000}))[-1].endswith("cold, next ~$0.03")
    assert card(done, Extras(details={1: gone}))[-1].endswith("cold, next –")
    untold = LiveDetail("", LastRequest(NOW_MS - 1_000, "m", 10, None))
    assert card(done, Extras(details={1: untold}))[-1].endswith("cache –")
    assert cache_left_ms(LastRequest(NOW_MS + 3_600_000, "m", 10, 3_600_000), NOW_MS) is None, "its clock is ahead"
    assert cache_left_ms(LastRequest(NOW_MS - 60_000, "m", 10, 3_600_000), NOW_MS) == 3_540_000


@pytest.mark.parametrize(
    ("cache_ms", "later_ms", "texts"),
    [
        (300_000, 1_000, ("cache 5:00 then –", "cache 4:59 then –")),
        (600_000, 1_000, ("cache 10m then –", "cache 9:59 then –")),
        (3_600_000, 59_000, ("cache 1h00m then –", "cache 59m then –")),
        (3_599_000, 59_000, ("cache 59m then –", "cache 59m then –")),
    ],
)
def test_time_of_a_cache_changes_each_second_when_little_is_left(
    cache_ms: int, later_ms: int, texts: tuple[str, str]
) -> None:
    lines = LiveLines(UTC)
    rows = [row(1, "finished", "finished", NOW_MS - 3_600_000)]
    extras = Extras(details={1: LiveDetail("", LastRequest(NOW_MS, "m", 10, cache_ms))})
    shown = [text(lines.lines(rows, NOW_MS + moment, extras, ROOM)[-1]) for moment in (0, later_ms)]
    assert tuple(line[line.index("cache") :] for line in shown) == texts


def test_working_session_has_a_line_of_its_activity_beside_its_figures() -> None:
    assert card(row(1, "working", "runs make test"), Extras({1: [0] * 7 + [500]})) == [
        "●  Add OAuth login shop claude 5s",
        "   runs make test                     $0.42    34%  ▁▁▁▁▁▁▁█",
    ]


def test_idle_session_has_one_line_and_its_last_words_where_there_is_room_for_all() -> None:
    extras = Extras(details={1: LiveDetail("All tests pass.")})
    assert card(row(1, "idle", "finished"), extras, ListRoom(60, 5)) == ["○  Add OAuth login shop claude 5s"]
    assert card(row(1, "idle", "finished"), extras)[1:] == ["   All tests pass."]


def test_sub_agents_at_work_are_a_tree_under_their_parent_and_done_ones_a_number() -> None:
    working = row(7, "working", "reads image.go", title="Map image.go", parent_id=1)
    done = row(8, "finished", "finished", title="Map writer", parent_id=1)
    made = LiveLines(UTC).lines([row(1)], NOW_MS, Extras(children={1: (working, done)}), ROOM)
    assert [(line.key, line.is_heading) for line in made[1:]] == [(1, False), ("1+1", True), (7, False), ("1+90", True)]
    assert text(made[3]) == " └ ● Map image.go  reads image.go   5s"
    assert text(made[4]) == "  └ of its sub-agents: 1 done"


def test_more_sub_agents_than_fit_are_counted() -> None:
    children = tuple(row(number, "working", "runs ls", title=f"Job {number}") for number in range(10, 17))
    assert card(row(1), Extras(children={1: children}))[-1] == "  └ of its sub-agents: 3 more at work"


def test_continuation_lines_name_their_session_and_headings_none() -> None:
    made = LiveLines(UTC).lines([row(12, "finished")], NOW_MS, Extras(), ROOM)
    assert [continuation_of(line) for line in made] == [None, None, 12, 12]


def test_strip_has_a_line_for_each_session_with_what_it_wants() -> None:
    room = ListRoom(22, 2, is_strip=True)
    guessed = row(4, "asks", "asks: Shall I?", certainty="guessed")
    rows = [row(1, "asks", "asks: Which one?"), guessed, row(2, "working"), row(3, "finished", "finished")]
    made = LiveLines(UTC).lines(rows, NOW_MS, Extras(), room)
    assert [text(line) for line in made] == [
        "◆  shop: Which one? 5s",
        "◆  shop: ~Shall I? 5s",
        "●  shop: Add OAuth login 5s",
        "◇  shop: finished: Add OAuth login 5s",
    ]


def test_ascii_signs_where_nothing_else_can_be_shown() -> None:
    asks = card(row(1, "working"), Extras({1: [0] * 7 + [500]}), is_ascii=True)
    assert asks[0].startswith("*  ")
    assert asks[1].isascii()


def test_unknown_figures_are_not_shown_as_zero() -> None:
    one = card(row(1, tree=Spend(), context_tokens=None, context_window=None, since_ms=0))
    assert (one[0][-1], one[1].split()[-2:]) == ("–", ["–", "–"])


def test_a_context_of_unknown_size_is_told_in_tokens() -> None:
    assert context_share(row(1, context_window=None).session) == ("68.0k", False)


def test_nearly_full_context_is_marked() -> None:
    assert context_share(row(1, context_tokens=182_000).session) == ("91%↑", True)


def test_share_of_an_inferred_window_is_marked_as_an_estimate() -> None:
    assert context_share(row(1, is_window_inferred=True).session) == ("~34%", False)
    assert context_text(row(1, is_window_inferred=True).session) == "~34%"


def test_cost_that_is_a_lower_bound_is_marked() -> None:
    low = row(1, tree=Spend(Tokens(1, 1, 0, 0), 420_000, 2, 1, is_lower_bound=True))
    assert "≥$0.42" in card(low)[1]


def test_a_guess_is_marked_and_a_limit_tells_when_it_ends() -> None:
    assert state_words(row(1, "asks", "asks: Which?", certainty="guessed"), UTC) == "~asks: Which?"
    limited = row(2, "limited", "rate limited", until=NOW_MS + 8_400_000)
    assert state_words(limited, UTC) == "rate limited until 14:20"


def test_rows_stand_under_the_heading_of_their_group_with_its_number() -> None:
    rows = [row(1, "asks"), row(2, "working"), row(3, "working"), row(4, "idle")]
    made = LiveLines(UTC).lines(rows, NOW_MS, Extras(), ROOM)
    assert [line.key for line in made if continuation_of(line) is None] == [
        "group needs you",
        1,
        "group working",
        2,
        3,
        "group idle",
        4,
    ]
    assert [text(line) for line in made if str(line.key).startswith("group")] == [
        "needs you  1",
        "working  2",
        "idle  1",
    ]


def test_unchanged_session_keeps_its_lines() -> None:
    lines = LiveLines(UTC)
    rows = [row(1, since_ms=NOW_MS - 5_000), row(2, since_ms=NOW_MS - 3_600_000)]
    first = lines.lines(rows, NOW_MS, Extras(), ROOM)
    again = [row(1, since_ms=NOW_MS - 5_000), row(2, since_ms=NOW_MS - 3_600_000)]
    second = lines.lines(again, NOW_MS + 1_000, Extras(), ROOM)
    assert lines.made == 3
    assert second[3] is first[3]
    assert (text(first[1])[-2:], text(second[1])[-2:]) == ("5s", "6s")


@pytest.mark.parametrize("width", [22, 44, 60, 77, 200])
def test_no_line_below_the_first_is_wider_than_the_list(width: int) -> None:
    extras = Extras(
        activity={1: [5] * 8},
        questions={1: question(1, 1, WHICH * 3, effort="high", options=("Google", "GitHub" * 20, "x", "y", "z"))},
        details={1: LiveDetail("", LastRequest(NOW_MS - 1_000, "m", 10, 300_000))},
        recache_micros={1: 123_450_000},
    )
    lines = card(row(1, "asks", "asks: Which?"), extras, ListRoom(width, 30))
    assert max(map(len, lines[1:])) <= width


def test_folder_that_two_sources_read_is_named_once() -> None:
    shown = [text(line) for line in none_yet(("/home/dev/.gemini/tmp", "/home/dev/.gemini/tmp"), 24)]
    assert shown.count("  /home/dev/.gemini/tmp") == 1


def test_empty_list_names_searched_folders_and_what_to_do() -> None:
    told = [text(line) for line in none_yet(("/home/dev/.claude/projects", "/home/dev/.codex/sessions"), 24)]
    assert told[:2] == ["No sessions in the last 24 hours.", "Older sessions: press 2"]
    assert told.index("To see invented agents at work: ppp-tui demo") < told.index("Looked for session files in")
    assert "  /home/dev/.codex/sessions" in told
    assert "To see invented agents at work: ppp-tui demo" in told


def test_empty_list_without_folders_names_the_setting() -> None:
    assert any("[sources]" in text(line) for line in none_yet((), 1))
    # A member sees of a team's sessions the own ones: whether others shared some is not known there.
    assert text(none_yet((), 24, is_team=True)[0]) == "No sessions in the last 24 hours are shared with you."


def test_news_pins_and_labels_stand_before_the_title() -> None:
    extras = Extras(marks={1: UserMark(is_pinned=True, label="keep")}, unread=frozenset({1}))
    assert card(row(1, "finished", "finished"), extras)[0] == "◇• ★ #keep Add OAuth login shop claude 5s"
    assert card(row(2, "finished", "finished"), extras)[0] == "◇  Add OAuth login shop claude 5s"
