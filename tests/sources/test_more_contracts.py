"""Sources of lines that few recordings are at hand of keep the shipped contract as well."""

from __future__ import annotations

import json
from typing import ClassVar

from ppp_tui.sources.cursor_cli import SOURCE as CURSOR_CLI
from ppp_tui.sources.gptme import SOURCE as GPTME
from ppp_tui.sources.kimi_cli import SOURCE as KIMI_CLI
from ppp_tui.sources.kimi_code import SOURCE as KIMI_CODE
from ppp_tui.testing.source_contract import SourceContract
from tests.sources import cursor_lines, gptme_lines, kimi_code_lines, kimi_lines
from tests.sources.parsed_lines import content


class TestKimiCliContract(SourceContract):
    source = KIMI_CLI
    sessions: ClassVar = {
        f"{kimi_lines.FOLDER}/{kimi_lines.SESSION}/wire.jsonl": kimi_lines.content(
            kimi_lines.metadata(),
            kimi_lines.prompt(0, "Fix the login, please"),
            kimi_lines.line(0, "StepBegin", n=1),
            kimi_lines.line(1, "ContentPart", type="think", think="Planning all of it"),
            kimi_lines.said(1, "I look at the tests first."),
            kimi_lines.call(2, "c1", "Shell", command="pytest -q tests"),
            kimi_lines.line(2, "ApprovalRequest", id="p1", tool_call_id="c1", description="Run the tests now"),
            kimi_lines.line(3, "ApprovalResponse", request_id="p1", response="approve"),
            kimi_lines.status(3),
            kimi_lines.result(4, "c1", "1 failed, 3 passed", "Command failed with exit code: 1.", is_error=True),
            kimi_lines.call(
                5, "q1", "AskUserQuestion", questions=[{"question": "Which one is it?", "options": [{"label": "That"}]}]
            ),
            kimi_lines.result(6, "q1", json.dumps({"answers": {"Which one is it?": "That one there"}})),
            kimi_lines.call(6, "t1", "Task", prompt="List all the files"),
            kimi_lines.of_subagent(kimi_lines.prompt(6, "List all the files"), "t1"),
            kimi_lines.of_subagent(kimi_lines.call(6, "c9", "Glob", pattern="*.py"), "t1"),
            kimi_lines.of_subagent(kimi_lines.result(6, "c9", "There are two of them."), "t1"),
            kimi_lines.of_subagent(kimi_lines.status(6, "chatcmpl-9"), "t1"),
            kimi_lines.result(7, "t1", "There are two files."),
            kimi_lines.line(7, "StepRetry", n=1, next_attempt=2, max_attempts=3, wait_s=0.5, error_type="Some error"),
            kimi_lines.line(7, "SteerInput", user_input="Be quick about it"),
            kimi_lines.line(8, "CompactionBegin"),
            kimi_lines.line(8, "CompactionEnd"),
            kimi_lines.status(8, None),
            kimi_lines.said(8, "All of it is done."),
            kimi_lines.line(9, "TurnEnd"),
        ),
        f"{kimi_lines.FOLDER}/{kimi_lines.SESSION}/subagents/a1b2c3d4/wire.jsonl": kimi_lines.content(
            kimi_lines.metadata(),
            kimi_lines.prompt(0, "List all the files"),
            kimi_lines.line(1, "StepInterrupted"),
        ),
    }


class TestKimiCodeContract(SourceContract):
    source = KIMI_CODE
    sessions: ClassVar = {
        f"{kimi_code_lines.FOLDER}/main/wire.jsonl": content(
            kimi_code_lines.metadata(),
            kimi_code_lines.bound(),
            kimi_code_lines.record(0, "permission.set_mode", mode="manual"),
            kimi_code_lines.prompt(0, "Fix the login, please"),
            kimi_code_lines.request(0),
            kimi_code_lines.record(0.5, "turn.step.retrying", failedAttempt=1, errorMessage="529 too busy now"),
            kimi_code_lines.usage(1),
            kimi_code_lines.record(1, "token_counting.measured", tokens=2150),
            kimi_code_lines.said(1, "I look at the tests first."),
            kimi_code_lines.record(1, "interaction.request", id="approval_1", kind="approval"),
            kimi_code_lines.record(2, "interaction.resolved", id="approval_1"),
            kimi_code_lines.call(2, "c1", "Bash", command="pytest -q tests"),
            kimi_code_lines.result(3, "c1", "1 failed\nCommand failed with exit code: 1.", is_error=True),
            kimi_code_lines.step_end(3),
            kimi_code_lines.call(4, "q1", "AskUserQuestion", questions=[{"question": "Which one is it?"}]),
            kimi_code_lines.result(5, "q1", json.dumps({"answers": {"Which one is it?": "That one there"}})),
            kimi_code_lines.call(5, "t1", "Agent", prompt="List all the files"),
            kimi_code_lines.record(5, "subagent.spawned", subagentId="agent-0", parentToolCallId="t1"),
            kimi_code_lines.result(6, "t1", "There are two files."),
            kimi_code_lines.record(6, "full_compaction.begin", source="auto"),
            kimi_code_lines.record(6, "context.apply_compaction", summary="All of it", tokensBefore=9),
            kimi_code_lines.said(7, "All of it is done."),
            kimi_code_lines.ended(8),
            kimi_code_lines.prompt(9, "And once more", "msg_2"),
            kimi_code_lines.record(9, "context.undo", count=1),
        ),
        f"{kimi_code_lines.FOLDER}/agent-0/wire.jsonl": content(
            kimi_code_lines.metadata(),
            kimi_code_lines.prompt(5, "List all the files", kind="system_trigger"),
            kimi_code_lines.ended(6, "failed", error={"message": "nothing works today"}),
        ),
    }


class TestGptmeContract(SourceContract):
    source = GPTME
    sessions: ClassVar = {
        f"{gptme_lines.NAME}/conversation.jsonl": gptme_lines.content(
            gptme_lines.message("system", "You are a helpful agent", pinned=True),
            gptme_lines.message("user", "Fix the login, please"),
            gptme_lines.answer('<think>Planning all of it</think>I look.\n@shell(c1): {"command": "pytest -q"}', 1),
            gptme_lines.message("system", "Ran command: `pytest -q`\n\nReturn code: 1", 2, call_id="c1"),
            gptme_lines.answer("```save a.py\nimport this\n```", 3, timings={"ttft_ms": 820.5}),
            gptme_lines.message("system", "Saved to `a.py`", 4),
            gptme_lines.message("system", "Something else happened", 5, metadata={"tool": "todo"}),
            gptme_lines.answer("All of it is done.", 6),
        ),
        "2026-11-20-list/conversation.jsonl": gptme_lines.content(
            gptme_lines.message("user", "List all the files"),
            gptme_lines.message("assistant", "There are two of them.", 1, metadata={"model": "a/b", "input_tokens": 3}),
        ),
    }


class TestCursorCliContract(SourceContract):
    source = CURSOR_CLI
    sessions: ClassVar = {
        f"home-me-shop/agent-transcripts/{cursor_lines.SESSION}/{cursor_lines.SESSION}.jsonl": cursor_lines.content(
            cursor_lines.user("Fix the login, please"),
            cursor_lines.answer(
                cursor_lines.block("I look at the tests first."),
                cursor_lines.call("Shell", command="pytest -q tests", description="Run all the tests"),
            ),
            cursor_lines.answer(cursor_lines.block("All of it is done.")),
            cursor_lines.ended(),
            cursor_lines.user("And do it again", ""),
            cursor_lines.ended("error", error="nothing works today"),
        ),
        f"home-me-shop/agent-transcripts/{cursor_lines.SESSION[:-1]}2.jsonl": cursor_lines.content(
            {"role": "user", "message": {"content": "List all the files"}},
            cursor_lines.ended("aborted"),
        ),
    }
