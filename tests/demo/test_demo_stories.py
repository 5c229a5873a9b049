"""The stories: the same stage tells the same bytes, and the real parsers read all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from ppp_tui.demo.history import SESSIONS, history
from ppp_tui.demo.stories import LENGTH_S, STORIES
from ppp_tui.demo.stories.atlas import HOSTILE
from ppp_tui.demo.story import Beat, Stage, changed_lines
from ppp_tui.model import event as e
from ppp_tui.model.live import StateName
from tests.demo.scene import START_MS, Scene, read_all
from tests.scoring.state_of import live_state

HOME = Path("/home/demo")
STAGE = Stage(HOME, START_MS, "round0")


def told(stage: Stage = STAGE) -> list[Beat]:
    """All stories, in the order in which things happen."""
    beats = [beat for story in STORIES for beat in story(stage)]
    return sorted(beats, key=lambda beat: (beat.at_ms, str(beat.path)))


def test_the_same_stage_tells_the_same_bytes_and_another_seed_other_sessions() -> None:
    assert told() == told()
    others = {beat.path for beat in told(STAGE._replace(seed="round1"))}
    assert others.isdisjoint({beat.path for beat in told()})


def test_a_faster_stage_tells_the_same_in_less_time() -> None:
    slow, fast = told(), told(STAGE._replace(speed=10.0))
    assert len(slow) == len(fast)
    length, faster = (max(beat.at_ms for beat in beats) - START_MS for beats in (slow, fast))
    assert faster == pytest.approx(length / 10, rel=0.02)


def test_nothing_is_told_beyond_the_round_and_its_farewell() -> None:
    times = [beat.at_ms for beat in told()]
    assert min(times) >= START_MS
    assert LENGTH_S < (max(times) - START_MS) / 1000 < LENGTH_S + 15


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_record_of_a_story_is_known_and_whole(story: object) -> None:
    assert callable(story)
    scene = read_all(story(STAGE))
    assert (scene.unknown, scene.damage) == ({}, [])
    assert {name for name in scene.unclaimed if not name.endswith(".meta.json")} == set()


def test_history_holds_one_torn_line_and_one_unknown_record_and_no_more() -> None:
    beats = history(HOME, START_MS)
    scene = read_all(beats)
    assert scene.unknown == {"telepathy": 1}
    assert [damage.reason for damage in scene.damage] == ["torn"]
    sessions = {beat.path for beat in beats if "subagents" not in beat.path.parts and beat.path.suffix == ".jsonl"}
    assert len(sessions) >= SESSIONS
    assert max(beat.at_ms for beat in beats) < START_MS


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_past_is_told_before_the_start_and_the_story_goes_on_in_the_same_session(story: object) -> None:
    assert callable(story)
    beats = story(STAGE._replace(has_past=True))
    before = [beat for beat in beats if beat.at_ms < START_MS]
    assert START_MS - before[0].at_ms > 10 * 60_000
    scene = read_all(beats)
    assert (scene.unknown, scene.damage) == ({}, [])
    assert any(beat.path == before[0].path for beat in beats if beat.at_ms >= START_MS)


def test_the_pasts_hold_failures_answers_sub_agents_and_a_compaction() -> None:
    events = read_all(beat for story in STORIES for beat in story(STAGE._replace(has_past=True))).events
    past = [event for event in events if event.at < START_MS]
    failed = [event for event in past if isinstance(event, e.ToolCallFinished) and event.exit_code]
    assert len(failed) >= 10
    compacted = [event for event in past if isinstance(event, e.Compacted)]
    assert len(compacted) >= 1
    assert all((event.after_tokens or 0) < (event.before_tokens or 0) for event in compacted)
    assert sum(isinstance(event, e.QuestionAsked) for event in past) >= 3
    assert sum(isinstance(event, e.ToolCallStarted) and event.kind == "subagent" for event in past) >= 5


def test_hostile_text_is_among_what_programs_print() -> None:
    for character in ("\x1b[2J", "\x1b]0;", "\u202e", "\u200b", "\x00", "\x7f", "\u009b", "[@click="):
        assert character in HOSTILE
    outputs = [told.output_preview for told in read_all(told()).events if isinstance(told, e.ToolCallFinished)]
    assert any("\x1b[2J" in output and "\u202e" in output for output in outputs)


def test_every_state_of_a_session_at_work_occurs() -> None:
    scene, waiting = Scene(), told()
    seen: dict[StateName, int] = {}
    for second in range(LENGTH_S + 15):
        now_ms = START_MS + second * 1000
        scene.read(beat for beat in waiting if beat.at_ms <= now_ms)
        waiting = [beat for beat in waiting if beat.at_ms > now_ms]
        for facts in scene.facts.values():
            name = live_state(facts, now_ms).name
            seen[name] = seen.get(name, 0) + 1
    assert set(get_args(StateName)) - set(seen) == {"idle", "ended", "unknown"}
    assert min(seen.values()) >= 10, "each long enough to be seen"


def test_what_screens_show_is_in_the_stories() -> None:
    events = read_all(told()).events
    kinds = {type(event) for event in events}
    assert kinds >= {
        e.TurnStarted,
        e.PromptAdded,
        e.TurnEnded,
        e.AssistantMessage,
        e.ReasoningEmitted,
        e.ToolCallStarted,
        e.ToolCallFinished,
        e.QuestionAsked,
        e.RequestMeasured,
        e.ContextMeasured,
        e.Compacted,
        e.RequestFailed,
        e.LimitMeasured,
        e.MetadataLearned,
    }
    steps = {event.kind for event in events if isinstance(event, e.ToolCallStarted)}
    assert steps >= {"shell", "read", "edit", "search", "web", "subagent", "ask", "plan"}
    assert {event.exit_code for event in events if isinstance(event, e.ToolCallFinished)} >= {0, 1}
    facts = {(event.name, event.value) for event in events if isinstance(event, e.MetadataLearned)}
    assert {value for name, value in facts if name == "title"} == {
        "Add OAuth login",
        "Render tiles for zoom level 12",
        "Move the ledger to integer cents",
        "Humidity readings jump",
    }


def test_requests_cost_what_the_models_list_prices_say() -> None:
    usage = [row for rows in read_all(told()).rows for row in rows.usage]
    assert {row.model for row in usage} == {
        "claude-opus-4-5",
        "claude-haiku-4-5",
        "claude-sonnet-4-5",
        "gpt-5.5",
        "gpt-5.3-codex",
    }
    assert all(row.cost_micros is not None and row.cost_micros > 0 for row in usage)


def test_every_line_is_one_json_object() -> None:
    for beat in told():
        for line in beat.content.decode().splitlines():
            assert isinstance(json.loads(line), dict)


def test_a_change_keeps_what_both_sides_share() -> None:
    assert changed_lines("a\nb\nc", "a\nx\ny\nc") == [" a", "-b", "+x", "+y", " c"]
    assert changed_lines("a", "a") == [" a"]
    assert changed_lines("", "a") == ["+a"]
