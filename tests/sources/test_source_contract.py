"""Every source of lines keeps the contract that is shipped for those of other packages."""

from __future__ import annotations

from typing import ClassVar

from ppp_tui.sources.claude_code import SOURCE as CLAUDE_CODE
from ppp_tui.sources.codex import SOURCE as CODEX
from ppp_tui.testing.source_contract import SourceContract
from tests.sources import claude_lines, codex_lines
from tests.sources.claude_lines import assistant, call, envelope, result, text, user
from tests.sources.codex_lines import call as codex_call
from tests.sources.codex_lines import completed, context, ended, meta, output, started, user_item

THREAD = codex_lines.THREAD
OTHER = THREAD.replace("0001", "0002")


class TestClaudeCodeContract(SourceContract):
    source = CLAUDE_CODE
    sessions: ClassVar = {
        "-home-dev-shop/5f0c1d9e.jsonl": claude_lines.as_bytes(
            user("u1", "Fix the login, please", cwd="/home/dev/shop", version="2.1.219"),
            assistant("a1", text("I look at the tests first."), 1),
            assistant("a2", call("t1", "Bash", command="pytest -q tests"), 2),
            user("u2", result("t1", "1 failed, 3 passed"), 3, toolUseResult={"stdout": "1 failed, 3 passed"}),
            envelope(
                "system", "y1", 6, subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 5}
            ),
            assistant("a3", text("All of it is done."), 9, message_id="msg_4", stop="end_turn"),
        ),
        "-home-dev-shop/5f0c1d9e/subagents/agent-a1.jsonl": claude_lines.as_bytes(
            user("s1", "List all the files", isSidechain=True, agentId="a1"),
            assistant("s2", text("There are two of them."), 1, isSidechain=True, agentId="a1", message_id="msg_9"),
        ),
    }


class TestCodexContract(SourceContract):
    source = CODEX
    sessions: ClassVar = {
        f"2026/11/20/rollout-2026-11-20T10-00-00-{THREAD}.jsonl": codex_lines.content(
            meta(),
            started(1),
            user_item("Fix the login, please", 2),
            context(3),
            codex_call("exec_command", {"cmd": "pytest -q tests"}, "c1", 8),
            output("Process exited with code 1\nOutput:\n1 failed", "c1", 12),
            completed("AgentMessage", 13, id="m", content=[{"type": "Text", "text": "All of it is done."}]),
            codex_lines.line(
                "token_usage_record",
                {"turn_id": codex_lines.TURN, "response_id": "r", "usage": codex_lines.counts(9, 0, 0, 2, 0)},
                17,
            ),
            ended(19),
        ),
        f"2026/11/20/rollout-2026-11-20T10-00-00-{OTHER}.jsonl": codex_lines.content(
            meta(id=OTHER),
            started(1),
            user_item("Go on with the tests", 2),
            ended(19),
        ),
    }
