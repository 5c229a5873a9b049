"""Turns and what is said in them, in the newest version and in those before."""

from __future__ import annotations

import pytest

from ppp_tui.model.event import (
    AssistantMessage,
    MetadataLearned,
    PromptAdded,
    ReasoningEmitted,
    Ref,
    RequestFailed,
    SystemNotice,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
)
from tests.sources.codex_lines import (
    T0,
    THREAD,
    TURN,
    TURN_2,
    agent_item,
    completed,
    content,
    context,
    ended,
    event,
    events,
    item,
    line,
    meta,
    old_started,
    only,
    read,
    started,
    user_item,
)

ENVIRONMENT = "<environment_context>\n  <cwd>/home/a/shop</cwd>\n</environment_context>"


def typed(text: str, ms: int = 0) -> dict[str, object]:
    """A person's message in the newest version."""
    return completed("UserMessage", ms, id="u1", content=[{"type": "text", "text": text, "text_elements": []}])


def said(text: str, ms: int = 0, **more: object) -> dict[str, object]:
    """The agent's message in the newest version."""
    return completed("AgentMessage", ms, id="m1", content=[{"type": "Text", "text": text}], **more)


def test_a_turn_of_the_newest_version() -> None:
    lines = [
        meta(git={"branch": "main"}),
        started(10),
        user_item(ENVIRONMENT, 20),
        line("world_state", {"full": True}),
        context(30, turn_id=TURN),
        event("thread_settings_applied", 30),
        user_item("Add a login", 40),
        typed("Add a login", 41),
        said("I look.", 50, phase="commentary"),
        agent_item("I look.", 51),
        said("Which provider?", 60, phase="final_answer"),
        agent_item("Which provider?", 61),
        ended(70, last="Which provider?"),
    ]
    where = [Ref(0, 0)]
    for entry in lines:
        size = len(content(entry))
        where.append(Ref(where[-1].offset + where[-1].length + 1 if where[-1].length else 0, size - 1))
    refs = where[1:]
    assert events(*lines) == [
        MetadataLearned(T0, "native_id", THREAD),
        MetadataLearned(T0, "project", "/home/a/shop"),
        MetadataLearned(T0, "branch", "main"),
        MetadataLearned(T0, "agent_version", "0.169.0"),
        MetadataLearned(T0, "entrypoint", "codex-tui"),
        MetadataLearned(T0 + 30, "model", "gpt-5.5"),
        TurnStarted(T0 + 10, refs[7], TURN, "Add a login", "typed"),
        AssistantMessage(T0 + 50, refs[8], "I look."),
        AssistantMessage(T0 + 60, refs[10], "Which provider?", "", is_final=True),
        TurnEnded(T0 + 70, "completed", 900, 80),
    ]


def test_a_turn_of_0_142_tells_each_message_once_though_it_stands_twice() -> None:
    found = only(
        (TurnStarted, AssistantMessage, TurnEnded),
        meta(),
        old_started(10),
        user_item("# AGENTS.md instructions", 11),
        context(12, turn_id=TURN),
        user_item("Add a login", 13),
        event("user_message", 14, message="Add a login"),
        event("agent_message", 15, message="Done.", phase="final_answer"),
        agent_item("Done.", 16),
        event("task_complete", 17, turn_id=TURN, last_agent_message="Done.", duration_ms=7, time_to_first_token_ms=3),
    )
    assert [type(entry).__name__ for entry in found] == ["TurnStarted", "AssistantMessage", "TurnEnded"]
    assert (found[0].prompt, found[0].key, found[0].at) == ("Add a login", TURN, T0 + 10)
    assert (found[1].text, found[1].is_final) == ("Done.", True)
    assert (found[2].status, found[2].duration_ms, found[2].first_token_ms) == ("completed", 7, 3)


def test_messages_whose_event_follows_the_history_are_told_once_too() -> None:
    found = only(
        AssistantMessage,
        meta(),
        agent_item("One."),
        event("agent_message", message="One."),
        agent_item("Two."),
        event("agent_message", message="Two."),
    )
    assert [entry.text for entry in found] == ["One.", "Two."]


def test_aliases_begin_and_end_turns() -> None:
    found = only(
        (TurnStarted, TurnEnded),
        meta(),
        event("turn_started", turn_id=TURN),
        event("user_message", message="a"),
        event("agent_message", message="b"),
        event("turn_complete", turn_id=TURN, last_agent_message="b"),
    )
    assert [type(entry).__name__ for entry in found] == ["TurnStarted", "TurnEnded"]


def test_a_turn_without_an_end_is_followed_by_the_next_beginning() -> None:
    found = only(
        (TurnStarted, TurnEnded),
        meta(),
        old_started(1),
        event("user_message", 2, message="one"),
        old_started(3, TURN_2),
        event("user_message", 4, message="two"),
    )
    assert [(type(entry).__name__, entry.key) for entry in found] == [("TurnStarted", TURN), ("TurnStarted", TURN_2)]


def test_a_turn_that_was_started_and_never_given_a_prompt_is_told_with_the_next() -> None:
    found = only((TurnStarted, TurnEnded), meta(), old_started(1), old_started(2, TURN_2))
    assert [(entry.key, entry.prompt) for entry in found] == [(TURN, "")]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("interrupted", "interrupted"),
        ("replaced", "superseded"),
        ("review_ended", "completed"),
        ("budget_limited", "failed"),
        ("something new", "interrupted"),
    ],
)
def test_aborted_turn_is_interrupted(reason: str, status: str) -> None:
    [found] = only(
        TurnEnded, meta(), started(), typed("go"), event("turn_aborted", 5, turn_id=TURN, reason=reason, duration_ms=4)
    )
    assert (found.at, found.status, found.duration_ms) == (T0 + 5, status, 4)


def test_a_late_end_of_an_earlier_turn_does_not_end_the_open_one() -> None:
    found = only(
        TurnEnded,
        meta(),
        started(1),
        typed("one", 2),
        event("turn_aborted", 3, turn_id=TURN, reason="interrupted"),
        started(4, TURN_2),
        typed("two", 5),
        ended(6, TURN),
        ended(7, TURN_2),
    )
    assert [(entry.at - T0, entry.status) for entry in found] == [(3, "interrupted"), (7, "completed")]


def test_more_prompts_in_a_turn_were_queued() -> None:
    found = only(
        (TurnStarted, PromptAdded),
        meta(),
        started(1),
        typed("one", 2),
        said("…", 3),
        user_item("two", 4),
        typed("two", 5),
    )
    assert [type(entry).__name__ for entry in found] == ["TurnStarted", "PromptAdded"]
    assert (found[1].text, found[1].origin, found[1].at) == ("two", "queued", T0 + 5)


@pytest.mark.parametrize(
    ("description", "attribution", "origin"),
    [
        ({}, {"turn_trigger": "user"}, "typed"),
        ({"originator": "codex_exec"}, {"turn_trigger": "exec"}, "sdk"),
        ({"source": {"subagent": {"thread_spawn": {"parent_thread_id": "p"}}}}, {"turn_trigger": "exec"}, "sdk"),
    ],
)
def test_turn_has_the_origin_of_its_prompt(
    description: dict[str, object], attribution: dict[str, str], origin: str
) -> None:
    [found] = only(TurnStarted, meta(**description), started(turn_attribution=attribution), typed("go"))
    assert found.origin == origin


def test_goal_begins_turns_by_itself_until_the_user_writes() -> None:
    goal = {"turn_trigger": "goal"}
    pursued = user_item('<codex_internal_context source="goal">\nGo on.\n</codex_internal_context>')
    found = only(
        TurnStarted,
        meta(),
        started(turn_attribution=goal),
        pursued,
        said("On it."),
        ended(),
        started(5, TURN_2, turn_attribution=goal),
        pursued,
        typed("Stop that", 6),
    )
    assert [(entry.prompt, entry.origin) for entry in found] == [("", "system"), ("Stop that", "typed")]


def test_users_command_is_a_turn_of_its_own() -> None:
    found = only(
        (TurnStarted, TurnEnded),
        meta(),
        started(turn_attribution={"turn_trigger": None}),
        completed(
            "CommandExecution",
            3,
            id="x1",
            command=["/bin/bash", "-lc", "echo hi"],
            source="user_shell",
            status="completed",
            aggregated_output="hi\n",
            exit_code=0,
        ),
        user_item("<user_shell_command>\n<command>\necho hi\n</command>\n</user_shell_command>"),
        ended(4, last=None),
    )
    assert (found[0].prompt, found[0].origin) == ("! echo hi", "command")
    assert found[1].status == "completed"


def test_rolled_back_turns_are_taken_back() -> None:
    found = only(
        (TurnEnded, TurnsRolledBack),
        meta(),
        old_started(1),
        event("user_message", 2, message="one"),
        event("thread_rolled_back", 3, num_turns=1),
    )
    assert found == [TurnEnded(T0 + 3, "unknown"), TurnsRolledBack(T0 + 3, 1)]


def test_a_failed_turn_of_the_newest_version_names_its_error() -> None:
    error = {"message": "You've hit your usage limit.", "codex_error_info": "usage_limit_exceeded"}
    limits = {"primary": {"used_percent": 100.0, "window_minutes": 300, "resets_at": 1_795_172_400}}
    found = only(
        (RequestFailed, TurnEnded),
        meta(),
        started(),
        typed("go"),
        event("token_count", 1, rate_limits=limits),
        ended(2, last=None, error=error),
    )
    assert (found[0].kind, found[0].message, found[0].is_final) == ("rate_limit", "You've hit your usage limit.", True)
    assert found[0].until == 1_795_172_400_000
    assert found[1].status == "failed"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('{"type": "error", "error": {"type": "api_error", "message": "No such model"}}', "No such model"),
        ('{"detail": "Bad Request"}', "Bad Request"),
        ('{"error": {"message": ""}}', '{"error": {"message": ""}}'),
        ('{"error": "odd"}', '{"error": "odd"}'),
        ("{broken", "{broken"),
        ("[1]", "[1]"),
    ],
)
def test_a_refusal_that_is_passed_on_as_it_came_says_what_stands_in_it(message: str, said: str) -> None:
    error = {"message": message, "codex_error_info": "other"}
    [failure] = only(RequestFailed, meta(), started(), typed("go"), ended(2, last=None, error=error))
    assert failure.message == said


def test_turn_without_an_answer_has_failed_before_0_16() -> None:
    end = event("task_complete", 5, turn_id=TURN, last_agent_message=None)
    [found] = only(TurnEnded, meta(), old_started(), event("user_message", message="go"), end)
    assert found.status == "failed"
    [found] = only(TurnEnded, meta(), started(), typed("go"), ended(5, last=None))
    assert found.status == "completed"


@pytest.mark.parametrize(
    ("info", "message", "kind", "code"),
    [
        ("server_overloaded", "x", "overloaded", None),
        ("context_window_exceeded", "x", "context", None),
        ({"http_connection_failed": {"http_status_code": 429}}, "x", "rate_limit", 429),
        ({"response_stream_disconnected": {"http_status_code": None}}, "x", "network", None),
        ({"response_too_many_failed_attempts": {"http_status_code": 500}}, "x", "error", 500),
        (None, "request timed out", "timeout", None),
        (None, "something else", "error", None),
    ],
)
def test_errors_where_a_version_writes_them(info: object, message: str, kind: str, code: int | None) -> None:
    told = {"message": message, **({"codex_error_info": info} if info else {})}
    found = only(
        (RequestFailed, TurnEnded),
        meta(),
        old_started(),
        event("user_message", message="go"),
        event("stream_error", 1, message="Reconnecting... 2/5"),
        event("error", 2, **told),
        event("task_complete", 3, turn_id=TURN, last_agent_message=None),
    )
    retry, failure, end = found
    assert (retry.attempt, retry.max_attempts, retry.is_final) == (2, 5, False)
    assert (failure.kind, failure.status_code, failure.is_final) == (kind, code, True)
    assert end.status == "failed"


def test_the_last_message_is_taken_from_the_end_of_the_turn_if_it_stands_nowhere_else() -> None:
    [found] = only(AssistantMessage, meta(), old_started(), event("user_message", message="go"), ended(4, last="Fine."))
    assert (found.text, found.is_final, found.at) == ("Fine.", True, T0 + 4)


def test_turns_without_events_go_from_prompt_to_prompt() -> None:
    found = only(
        (TurnStarted, TurnEnded),
        meta(),
        user_item(ENVIRONMENT),
        user_item("one", 10),
        event("user_message", 10, message="one"),
        context(11),
        event("agent_message", 20, message="a"),
        agent_item("a", 21),
        user_item("two", 30),
        event("user_message", 30, message="two"),
        context(31),
        event("agent_message", 40, message="b"),
    )
    assert [(type(entry).__name__, entry.at - T0) for entry in found] == [
        ("TurnStarted", 10),
        ("TurnEnded", 20),
        ("TurnStarted", 30),
    ]
    assert found[1].status == "unknown"
    assert [entry.prompt for entry in found if isinstance(entry, TurnStarted)] == ["one", "two"]


def test_a_turn_context_with_an_id_names_the_turn_that_no_event_begins() -> None:
    found = only(
        TurnStarted,
        meta(),
        user_item("one", 10),
        event("user_message", 10, message="one"),
        context(11, turn_id=TURN),
        event("agent_message", 20, message="a"),
        context(30, turn_id=TURN_2),
        event("user_message", 31, message="two"),
        event("agent_message", 32, message="b"),
        context(33, turn_id=TURN_2, model="gpt-5.5-mini"),
        event("agent_message", 34, message="c"),
    )
    assert [(entry.key, entry.prompt) for entry in found] == [(TURN, "one"), (TURN_2, "two")]


def test_a_prompt_or_a_context_just_before_the_event_belongs_to_its_turn() -> None:
    found = only(
        TurnStarted,
        meta(),
        event("user_message", 1, message="one"),
        old_started(2),
        context(3, turn_id=TURN),
        event("agent_message", 4, message="a"),
        event("task_complete", 5, turn_id=TURN, last_agent_message="a"),
    )
    assert [(entry.key, entry.prompt, entry.at - T0) for entry in found] == [(TURN, "one", 1)]
    found = only(
        TurnStarted,
        meta(),
        context(1, turn_id=TURN),
        old_started(2),
        event("user_message", 3, message="one"),
        event("agent_message", 4, message="a"),
    )
    assert [(entry.key, entry.prompt, entry.at - T0) for entry in found] == [(TURN, "one", 1)]


def test_the_model_may_change_with_every_turn() -> None:
    found = only(MetadataLearned, meta(), context(1), context(2, model="gpt-5.3-codex-spark"), context(3))
    assert [entry.value for entry in found if entry.name == "model"] == ["gpt-5.5", "gpt-5.3-codex-spark", "gpt-5.5"]


@pytest.mark.parametrize(
    ("kinds", "texts", "prompt"),
    [
        (["user.text"], ["Do it"], "Do it"),
        (["generic.turn_aborted", "user.text"], ["<turn_aborted>", "Do it"], "Do it"),
        (None, ["<user_instructions>\nx\n</user_instructions>", "Do it"], "Do it"),
        (None, ["# Context from my IDE setup:\n\n## Open tabs\n- a.py\n\n## My request for Codex:\nDo it\n"], "Do it"),
        (["environments.environment_context"], ["anything"], None),
        (None, ["<subagent_notification>\n{}\n</subagent_notification>"], None),
    ],
)
def test_typed_text_is_read_from_the_history_without_events(
    kinds: list[str] | None, texts: list[str], prompt: str | None
) -> None:
    told = {"internal_chat_message_metadata_passthrough": {"content_item_kinds": kinds}} if kinds else {}
    message = item("message", role="user", content=[{"type": "input_text", "text": text} for text in texts], **told)
    found = only(TurnStarted, meta(), message, item("reasoning", 1, summary=[]))
    assert [entry.prompt for entry in found] == ([prompt] if prompt else [])


def test_a_message_of_nothing_but_pictures_is_named() -> None:
    new = completed("UserMessage", id="u", content=[{"type": "image", "image_url": "data:image/png;base64,AA"}])
    assert [entry.prompt for entry in only(TurnStarted, meta(), started(), new)] == ["[image]"]
    old = event("user_message", message="", images=["data:image/png;base64,AA"])
    assert [entry.prompt for entry in only(TurnStarted, meta(), old_started(), old)] == ["[image]"]


def test_plan_for_the_user_is_part_of_the_agents_text() -> None:
    found = only(
        AssistantMessage,
        meta(),
        started(),
        typed("plan"),
        completed("Plan", 5, id="p", text="# Plan\n- one\n"),
        said("Here it is.", 6, phase="final_answer"),
        agent_item("Here it is.\n<proposed_plan>\n# Plan\n- one\n</proposed_plan>", 7),
    )
    assert [entry.text for entry in found] == ["# Plan\n- one\n", "Here it is."]


def test_thoughts_are_told_once_and_encrypted_ones_are_empty() -> None:
    found = only(
        ReasoningEmitted,
        meta(),
        started(),
        typed("go"),
        completed("Reasoning", 5, id="r1", summary_text=["**Look**"]),
        item("reasoning", 6, summary=[{"type": "summary_text", "text": "**Look**"}], encrypted_content="gAAA"),
        item("reasoning", 7, summary=[], encrypted_content="gAAB"),
        event("agent_reasoning", 8, text="Old."),
        item("reasoning", 9, summary=[], encrypted_content="gAAC"),
        item("reasoning", 10, summary=[{"type": "summary_text", "text": "First."}]),
        event("agent_reasoning", 11, text="First."),
    )
    assert [(entry.at - T0, entry.text) for entry in found] == [(5, "**Look**"), (7, ""), (8, "Old."), (10, "First.")]


def test_remarks_titles_and_the_end_of_the_program() -> None:
    found = events(
        meta(),
        event("thread_name_updated", 1, thread_name="Login"),
        event("entered_review_mode", 2, user_facing_hint="Reviews main"),
        event("shutdown_complete", 3),
    )
    assert MetadataLearned(T0 + 1, "title", "Login") in found
    assert [entry.text for entry in found if isinstance(entry, SystemNotice)] == ["Reviews main"]
    assert type(found[-1]).__name__ == "SessionEnded"


def test_unknown_kinds_are_counted_by_name() -> None:
    reading = read(
        meta(),
        event("brand_new"),
        item("odd_call_item"),
        completed("Hologram"),
        line("sparkle", {"a": 1}),
        line("event_msg", {"type": "token_count", "info": "soon"}),
    )
    assert reading.unknown == {
        "event_msg/brand_new": 1,
        "response_item/odd_call_item": 1,
        "item/Hologram": 1,
        "sparkle": 1,
        "event_msg/unreadable": 1,
    }
    assert reading.damage == []
