"""Every source of lines keeps the contract that is shipped for those of other packages."""

from __future__ import annotations

from typing import ClassVar

from ppp_tui.sources.claude_code import SOURCE as CLAUDE_CODE
from ppp_tui.sources.codex import SOURCE as CODEX
from ppp_tui.sources.copilot_cli import SOURCE as COPILOT_CLI
from ppp_tui.sources.gemini_cli import SOURCE as GEMINI_CLI
from ppp_tui.sources.pi import SOURCE as PI
from ppp_tui.sources.qwen_code import SOURCE as QWEN_CODE
from ppp_tui.testing.source_contract import SourceContract
from tests.sources import codex_lines, copilot_lines, gemini_lines, pi_lines, qwen_lines
from tests.sources.claude_lines import assistant, call, envelope, result, text, user
from tests.sources.codex_lines import call as codex_call
from tests.sources.codex_lines import completed, context, ended, meta, output, started, user_item
from tests.sources.parsed_lines import content

THREAD = codex_lines.THREAD
OTHER = THREAD.replace("0001", "0002")


class TestClaudeCodeContract(SourceContract):
    source = CLAUDE_CODE
    sessions: ClassVar = {
        "-home-dev-shop/5f0c1d9e.jsonl": content(
            user("u1", "Fix the login, please", cwd="/home/dev/shop", version="2.1.219"),
            assistant("a1", text("I look at the tests first."), 1),
            assistant("a2", call("t1", "Bash", command="pytest -q tests"), 2),
            user("u2", result("t1", "1 failed, 3 passed"), 3, toolUseResult={"stdout": "1 failed, 3 passed"}),
            envelope(
                "system", "y1", 6, subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 5}
            ),
            assistant("a3", text("All of it is done."), 9, message_id="msg_4", stop="end_turn"),
        ),
        "-home-dev-shop/5f0c1d9e/subagents/agent-a1.jsonl": content(
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


class TestGeminiCliContract(SourceContract):
    source = GEMINI_CLI
    sessions: ClassVar = {
        f"shop/chats/{gemini_lines.MAIN.name}": gemini_lines.content(
            gemini_lines.header(),
            gemini_lines.fields(messages=[gemini_lines.user("c", "<session_context>\nHello there")]),
            gemini_lines.user("u1", "Fix the login, please"),
            gemini_lines.answer("g1", "I ask you something first.", 1),
            gemini_lines.answer(
                "g1",
                "I ask you something first.",
                1,
                thoughts=[{"subject": "Plan the work", "description": "Ask first.", "timestamp": ""}],
                toolCalls=[
                    gemini_lines.call(
                        "c1",
                        "ask_user",
                        '{"answers": {"0": "GitHub it is"}}',
                        5,
                        args={"questions": [{"question": "Which one shall it be?", "options": [{"label": "GitHub"}]}]},
                    ),
                    gemini_lines.call(
                        "c2", "run_shell_command", "Output: 1 failed\nExit Code: 1", 9, args={"command": "pytest -q"}
                    ),
                ],
            ),
            {"id": "i1", "timestamp": "", "type": "info", "content": "Request cancelled."},
            {"id": "e1", "timestamp": "", "type": "error", "content": "[API Error: nothing works today]"},
            {"$rewindTo": "u1"},
            gemini_lines.fields(
                summary="Fix the login now",
                messages=[gemini_lines.answer("s", "Got it. Thanks for the additional context!")],
            ),
        ),
        f"shop/chats/{gemini_lines.SESSION}/{gemini_lines.CHILD}.jsonl": gemini_lines.content(
            gemini_lines.header(kind="subagent", directories=["/shop"]),
            gemini_lines.user("u1", "List all the files"),
            gemini_lines.answer("g5", "", 1, toolCalls=[gemini_lines.call("c9", "complete_task", "ok")]),
        ),
    }


class TestQwenCodeContract(SourceContract):
    source = QWEN_CODE
    sessions: ClassVar = {
        f"-shop/chats/{qwen_lines.SESSION}.jsonl": qwen_lines.content(
            qwen_lines.user("u1", "Fix the login, please"),
            qwen_lines.response("t1", 1),
            qwen_lines.answer(
                "a1",
                {"text": "I ask you something first."},
                qwen_lines.call(
                    "c1", "ask_user_question", questions=[{"question": "Which one shall it be?", "header": "Which one"}]
                ),
                qwen_lines.call("c2", "agent", subagent_type="explore", prompt="List all the files"),
                second=2,
            ),
            qwen_lines.telemetry(
                "api_response",
                "t2",
                3,
                input_token_count=9,
                output_token_count=4,
                subagent_name="explore",
                prompt_id="s#explore-x#0",
                response_text="There are two files.",
            ),
            qwen_lines.telemetry("tool_call", "t3", 4, function_name="glob", prompt_id="s#explore-x#0", duration_ms=9),
            qwen_lines.telemetry("api_error", "t4", 4, error_message="nothing works today", status_code=429),
            qwen_lines.result(
                "r1", "c1", "ask_user_question", "User has provided the following answers:\n\n**Which one**: That one"
            ),
            qwen_lines.result("r2", "c2", "agent", "There are two files.", 6),
            qwen_lines.answer("a2", {"text": "Planning all of it", "thought": True}, {"text": "All of it is done."}),
            qwen_lines.system("chat_compression", "s1", 8, {"info": {"originalTokenCount": 9, "newTokenCount": 4}}),
            qwen_lines.system("custom_title", "s2", 8, {"customTitle": "Fix the login now"}),
            qwen_lines.system("slash_command", "s3", 8, {"phase": "invocation", "rawCommand": "/about this thing"}),
            qwen_lines.system("rewind", "s4", 8, parentUuid="a2"),
        ),
    }


class TestPiContract(SourceContract):
    source = PI
    sessions: ClassVar = {
        pi_lines.NAME: pi_lines.content(
            pi_lines.header(),
            pi_lines.entry("model_change", "m1", None, 0, provider="anthropic", modelId="claude-sonnet-4-5"),
            pi_lines.entry("thinking_level_change", "m2", "m1", 0, thinkingLevel="off"),
            pi_lines.user("a1", "m2", "Fix the login, please"),
            pi_lines.answer(
                "a2",
                "a1",
                1,
                {"type": "thinking", "thinking": "Planning all of it"},
                pi_lines.text("I look at the tests first."),
                pi_lines.call("c1", "bash", command="pytest -q tests"),
                stop="toolUse",
            ),
            pi_lines.result("a3", "a2", 3, "c1", "bash", "1 failed\n\nCommand exited with code 1", isError=True),
            pi_lines.answer("a4", "a3", 4, pi_lines.text("All of it is done.")),
            pi_lines.user("b1", "a2", "Do it otherwise, please", 5),
            pi_lines.entry("compaction", "b2", "b1", 6, summary="All that was done", tokensBefore=9),
            pi_lines.entry("branch_summary", "b3", "b2", 7, fromId="a4", summary="The other way of it"),
            pi_lines.message("b4", "b3", 8, role="bashExecution", command="git status -s", output="M a", exitCode=0),
            pi_lines.entry("session_info", "b5", "b4", 9, name="Fix the login now"),
        ),
        pi_lines.NAME.replace("71c5574fbc73", "71c5574fbc74"): pi_lines.content(
            pi_lines.first_format(pi_lines.header()),
            pi_lines.first_format(pi_lines.user("", None, "List all the files")),
            pi_lines.first_format(pi_lines.answer("", "", 1, pi_lines.text("There are two of them."))),
        ),
    }


class TestCopilotCliContract(SourceContract):
    source = COPILOT_CLI
    sessions: ClassVar = {
        f"{copilot_lines.SESSION}/events.jsonl": content(
            copilot_lines.started(),
            copilot_lines.user("u1", "Fix the login, please"),
            copilot_lines.answer("a1", "I look at the tests first.", 1, "c1", reasoningText="Planning all of it"),
            copilot_lines.call("c1", "bash", 2, command="pytest -q tests"),
            copilot_lines.line("permission.requested", "p1", 2, requestId="p", permissionRequest={"kind": "shell"}),
            copilot_lines.line("permission.completed", "p2", 3, requestId="p", result={"kind": "approved"}),
            copilot_lines.result("c1", "1 failed\n<shellId: 0 completed with exit code 1>", 4),
            copilot_lines.line("assistant.turn_end", "t1", 4, turnId="0"),
            copilot_lines.call("c2", "ask_user", 5, question="Which provider is it?", choices=["Google now", "GitHub"]),
            copilot_lines.result("c2", "User selected: GitHub", 6),
            copilot_lines.call("c3", "task", 6, prompt="List all the files", agent_type="explore"),
            copilot_lines.line("subagent.started", "s1", 6, toolCallId="c3", agentName="explore", agentId="ag1"),
            copilot_lines.answer("a9", "There are two of them.", 6, agentId="ag1"),
            copilot_lines.line("subagent.completed", "s2", 7, toolCallId="c3", agentId="ag1"),
            copilot_lines.result("c3", "There are two of them.", 7),
            copilot_lines.line("session.error", "e1", 7, message="429 all of it failed", errorType="rate_limit"),
            copilot_lines.line("session.compaction_complete", "k1", 7, preCompactionTokens=9, trigger="threshold"),
            copilot_lines.answer("a2", "All of it is done.", 8),
            copilot_lines.line("assistant.turn_end", "t2", 8, turnId="1"),
            copilot_lines.shutdown("d1", 9, inputTokens=900, outputTokens=150, cacheReadTokens=300),
        ),
        f"{copilot_lines.SESSION[:-1]}2.jsonl": content(
            copilot_lines.user("u1", "List all the files"),
            copilot_lines.line("abort", "b1", 1, reason="user_initiated"),
        ),
    }
