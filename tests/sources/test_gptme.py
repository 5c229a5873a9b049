"""Conversations of gptme: prompts, calls with ids and without, exit codes, thoughts, tokens, projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.gptme import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.gemini_lines import kinds
from tests.sources.gptme_lines import NAME, PATH, T0, answer, content, events_of, message, read


def test_conversation_is_known_by_its_folder() -> None:
    assert SOURCE.identify(PATH) == Identity(NAME)
    assert SOURCE.resume_command(NAME, "/shop") == f"cd /shop && gptme --name {NAME}"
    home = Path("/home/me")
    assert SOURCE.roots({"GPTME_LOGS_HOME": "/logs"}, home) == [Path("/logs")]
    assert SOURCE.roots({"XDG_DATA_HOME": "/data", "GPTME_LOGS_HOME": " "}, home) == [Path("/data/gptme/logs")]
    assert SOURCE.roots({}, home) == [PATH.parent.parent]


def test_copies_in_branches_and_views_are_no_conversations(tmp_path: Path) -> None:
    for name in ("a/conversation.jsonl", "a/branches/conversation.jsonl", "a/views/conversation.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert list(SOURCE.find(tmp_path)) == [tmp_path / "a" / "conversation.jsonl"]


def test_project_is_where_the_workspace_leads(tmp_path: Path) -> None:
    (tmp_path / "workspace").symlink_to("/home/me/shop")
    facts = read(message("user", "Go"), path=tmp_path / "conversation.jsonl").events
    assert e.MetadataLearned(T0, "project", "/home/me/shop") in facts
    assert [event for event in read(message("user", "Go")).events if isinstance(event, e.MetadataLearned)] == []


def test_call_with_an_id_is_ended_by_its_result() -> None:
    lines = (
        message("system", "You are gptme", pinned=True),
        message("user", "Fix it"),
        answer('<think>Look first.</think>\nI look.\n@shell(call-1): {"command": "pytest -q"}', 1),
        message("system", "Ran command: `pytest -q`\n\n1 failed\n\nReturn code: 1", 3, call_id="call-1"),
        answer("It fails.", 4),
    )
    assert kinds(read(*lines).events) == [
        "TurnStarted",
        "RequestMeasured",
        "ReasoningEmitted",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "RequestMeasured",
        "AssistantMessage",
    ]
    [began] = events_of(e.ToolCallStarted, *lines)
    assert (began.key, began.kind, began.command) == ("call-1", "shell", "pytest -q")
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.key, ended.status, ended.exit_code) == ("call-1", "failed", 1)
    spoken = events_of(e.AssistantMessage, *lines)
    assert [(event.text, event.is_final) for event in spoken] == [("I look.", False), ("It fails.", None)]
    assert [event.text for event in events_of(e.ReasoningEmitted, *lines)] == ["Look first."]


@pytest.mark.parametrize(
    ("text", "kind", "target", "exit_code"),
    [
        ("Ran allowlisted command: `ls`\n\n```stdout\na\n```", "shell", "ls", None),
        ("Ran command:\n```bash\ncd a\nls\n```\n\nReturn code: 2", "shell", "cd a ls", 2),
        ("Saved to `a.py`", "edit", "a.py", None),
        ("Patch successfully applied to `/shop/a.py`", "edit", "/shop/a.py", None),
        ("Saved to `a.py`\n\nReturn code: 2", "edit", "a.py", None),
    ],
)
def test_result_without_an_id_says_what_was_done(text: str, kind: str, target: str, exit_code: int | None) -> None:
    lines = message("user", "Go"), answer("```shell\nls\n```", 1), message("system", text, 2)
    [began] = events_of(e.ToolCallStarted, *lines)
    assert (began.kind, began.target) == (kind, target)
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.key, ended.exit_code) == (began.key, exit_code)


def test_program_that_says_nothing_of_a_tool_is_a_remark() -> None:
    lines = message("user", "Go"), answer("Yes.", 1), message("system", "Stdout: hm", 2, metadata={"tool": "ipython"})
    [remark] = events_of(e.SystemNotice, *lines)
    assert (remark.tool, remark.text) == ("ipython", "Stdout: hm")
    assert events_of(e.ToolCallStarted, *lines) == []


def test_what_the_model_is_told_before_it_answers_is_no_step() -> None:
    lines = message("user", "Go"), message("system", "Saved to `a.py`", 1), message("system", "Rules", 1, pinned=True)
    assert kinds(read(*lines).events) == ["TurnStarted"]


def test_tokens_are_disjoint_and_name_model_and_provider() -> None:
    first = answer("Hi", 1, timings={"ttft_ms": 820.4}, reasoning_effort="high")
    [request] = events_of(e.RequestMeasured, first)
    assert (request.input_tokens, request.cache_read_tokens, request.cache_write_5m_tokens) == (10, 1000, 200)
    assert (request.output_tokens, request.model, request.provider) == (40, "claude-sonnet-4-5", "anthropic")
    assert (request.first_token_ms, request.reported_micros, request.reasoning_effort) == (820, 1234, "high")


def test_older_counts_stand_beside_the_model() -> None:
    old = message("assistant", "Hi", metadata={"model": "openai/gpt-5", "input_tokens": 7, "output_tokens": 3})
    [request] = events_of(e.RequestMeasured, old)
    assert (request.input_tokens, request.output_tokens, request.reported_micros) == (7, 3, None)


def test_answer_without_counts_measures_no_request() -> None:
    assert events_of(e.RequestMeasured, message("assistant", "Hi", metadata={"model": "local/llama"})) == []


def test_prompt_that_is_written_again_begins_no_turn() -> None:
    lines = message("user", "Go"), message("user", "Go"), message("user", "Go", 1)
    assert [event.at for event in events_of(e.TurnStarted, *lines)] == [T0, T0 + 1000]


def test_prompt_of_the_program_is_not_the_users() -> None:
    [began] = events_of(e.TurnStarted, message("user", "<system>No tool call detected. Continue.</system>"))
    assert began.origin == "system"


def test_payloads_stand_in_the_answer_and_in_the_result() -> None:
    record = content(answer('@save(call-1): {"path": "a", "content": "b"}')).rstrip()
    assert SOURCE.load_input(record, "call-1") == Payload("b", "text")
    result = content(message("system", "Saved to `a`", call_id="call-1")).rstrip()
    assert SOURCE.load_output(result, "call-1") == Payload("Saved to `a`", "text")
    with pytest.raises(ValueError, match="no result"):
        SOURCE.load_output(result, "call-2")
