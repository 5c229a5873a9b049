"""A small literal database with a session in every group, and the ports of a dashboard that stands still over it.

All times lie around noon of 2026-11-20 UTC. Trajectories are numbered in the order in which they are written:
`SHOP` asks and has twelve turns, `REVIEWER` is its sub-agent, `API` finished, `DOCS` runs a command, `SITE` reads,
`ML` is held by a rate limit, `INFRA` was interrupted long ago.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import to_text
from ppp_tui.model.event_values import StepKind, StepStatus, TurnStatus
from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.question import Effort, Severity
from ppp_tui.model.rows import QuestionRow, RetryRow, StepRow, TrajectoryDelta, TurnRow, UsageRow, ViolationRow
from ppp_tui.store.write import FileBatch, Writer
from ppp_tui.store.writers.files import SourceFile
from ppp_tui.store.writers.status import put_status
from tests.blank_rows import BLANK_REQUEST, BLANK_STEP, BLANK_TURN

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00 UTC, the moment at which the clock of every test stands."""

SHOP, REVIEWER, API, DOCS, SITE, ML, INFRA = range(1, 8)
"""Trajectory ids, in the order in which they are written."""

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

QUESTION = "Which provider do you prefer, Google or GitHub?"
COMMAND = "python -m pytest -q tests/test_login.py"
OUTPUT = "1 failed, 11 passed in 2.10s\nFAILED tests/test_login.py::test_redirect"


def at(before_noon_ms: int) -> str:
    """Database text of a time so long before noon."""
    return to_text(NOON_MS - before_noon_ms)


def turn(
    number: int,
    before_ms: int,
    prompt: str,
    response: str = "Done.",
    *,
    wall_ms: int | None = 20_000,
    status: TurnStatus = "completed",
) -> TurnRow:
    """A turn that began so long before noon."""
    ended = None if wall_ms is None else at(before_ms - wall_ms)
    return BLANK_TURN._replace(
        turn_number=number,
        status=status,
        timestamp=at(before_ms),
        ended_at=ended,
        latency_ms=wall_ms,
        first_token_ms=600,
        context_tokens=68_000,
        context_window=200_000,
        prompt=prompt,
        response=response,
        prompt_length=len(prompt),
        response_length=len(response),
    )


def step(
    turn_number: int,
    number: int,
    before_ms: int,
    target: str,
    *,
    kind: StepKind = "shell",
    tool: str = "Bash",
    status: StepStatus = "ok",
    took_ms: int | None = 200,
    **changes: Any,
) -> StepRow:
    """A step that began so long before noon."""
    ended = None if took_ms is None else at(before_ms - took_ms)
    return BLANK_STEP._replace(
        turn_number=turn_number,
        step_number=number,
        key=f"call{turn_number}-{number}",
        kind=kind,
        tool=tool,
        target=target,
        status=status,
        started_at=at(before_ms),
        ended_at=ended,
        duration_ms=took_ms,
        input_preview=target,
        input_length=len(target),
    )._replace(**changes)


def message(turn_number: int, number: int, before_ms: int, text: str, start: int) -> StepRow:
    """Text of the agent that stands at `start` of the turn's response."""
    said = step(turn_number, number, before_ms, "", kind="message", tool="", took_ms=None)
    return said._replace(
        input_preview=text, input_length=len(text), text_start=start, text_end=start + len(text), ended_at=None
    )


def usage(turn_number: int, before_ms: int, output: int, cost: int | None, *, model: str = "opus-4-8") -> UsageRow:
    """One model request of 900 fresh tokens, 12,000 read from the cache and 400 written to it."""
    return BLANK_REQUEST._replace(
        turn_number=turn_number,
        at=at(before_ms),
        model=model,
        input_tokens=900,
        output_tokens=output,
        cache_read_tokens=12_000,
        cache_write_5m_tokens=400,
        cost_micros=cost,
    )


def question(
    turn_number: int,
    number: int,
    effort: Effort,
    text: str,
    *,
    asked_ms: int | None = None,
    source: str = "text",
    options: tuple[str, ...] = (),
) -> QuestionRow:
    """A question to the person; without an answer if it was put through a tool."""
    return QuestionRow(
        turn_number=turn_number,
        question_number=number,
        question_text=text,
        effort_level=effort,
        method="literal 1",
        rule="says so",
        source=source,
        options=json.dumps(options),
        asked_at=None if asked_ms is None else at(asked_ms),
    )


def violation(turn_number: int, number: int, severity: Severity, name: str) -> ViolationRow:
    """A preference that was not kept."""
    return ViolationRow(
        turn_number=turn_number,
        violation_number=number,
        preference_name=name,
        expected="one sentence",
        actual="3 sentences",
        severity=severity,
        method="literal 1",
    )


def facts(**values: str) -> dict[str, str]:
    """What is known of a session as a whole."""
    return {"agent_version": "2.1.0", "branch": "main", **values}


def batch(
    path: Path, agent: str, native_id: str, delta: TrajectoryDelta, *, source: str = "claude_code", parent: str = ""
) -> FileBatch:
    """One session file with one trajectory."""
    return FileBatch(SourceFile(0, source, str(path), native_id=native_id, health="ok"), agent, parent, [delta])


def recorded(folder: Path) -> tuple[Path, dict[str, tuple[int, int]]]:
    """A session file with one call and its result, and where its two records lie."""
    call = {
        "type": "assistant",
        "uuid": "u1",
        "sessionId": "shop-session",
        "timestamp": "2026-11-20T11:58:40.000Z",
        "message": {
            "id": "m1",
            "role": "assistant",
            "model": "opus-4-8",
            "content": [{"type": "tool_use", "id": "call12-2", "name": "Bash", "input": {"command": COMMAND}}],
        },
    }
    result = {
        "type": "user",
        "uuid": "u2",
        "sessionId": "shop-session",
        "timestamp": "2026-11-20T11:58:42.100Z",
        "message": {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "call12-2", "content": OUTPUT, "is_error": True}],
        },
    }
    first, second = (json.dumps(record).encode() for record in (call, result))
    path = folder / "shop-session.jsonl"
    path.write_bytes(first + b"\n" + second + b"\n")
    return path, {"input": (0, len(first)), "output": (len(first) + 1, len(second))}


def _shop(folder: Path) -> FileBatch:
    path, places = recorded(folder)
    delta = TrajectoryDelta(
        "", started_at=at(50 * MINUTE), facts=facts(title="Add OAuth login", project="/home/dev/shop", model="opus-4-8")
    )
    prompts = (
        "Add OAuth login to the shop",
        "GitHub. No need to investigate.",
        "Now the logout",
        "Add a test",
        "Rename the handler",
        "Move the settings",
        "Undo that",
        "Write the docs",
        "Check the session cache",
        "Review it",
        "Make it pass",
        "Run the tests again",
    )
    for number, prompt in enumerate(prompts, 1):
        before = (50 - 4 * (number - 1)) * MINUTE if number < 12 else 100 * SECOND
        response = f"Answer number {number}."
        is_last = number == 12
        delta.turns.append(
            turn(
                number,
                before,
                prompt,
                "Let me run them." if is_last else response,
                wall_ms=None if is_last else 20_000,
                status="open" if is_last else "completed",
            )
        )
        delta.usage.append(usage(number, before - 5 * SECOND, 400 + number, 30_000))
        if not is_last:
            delta.steps.append(message(number, 1, before - 10 * SECOND, response, 0))
    delta.steps += [
        step(2, 2, 45 * MINUTE, "src/login.py", kind="edit", tool="Edit"),
        step(3, 2, 41 * MINUTE, "make lint", status="failed", exit_code=2, output_preview="lint: 2 errors"),
        step(10, 2, 13 * MINUTE, "Review the login", kind="subagent", tool="Task", child_native_id="reviewer-1"),
        message(12, 1, 95 * SECOND, "Let me run them.", 0),
        step(
            12,
            2,
            80 * SECOND,
            COMMAND,
            status="failed",
            took_ms=2_100,
            exit_code=1,
            key="call12-2",
            output_preview=OUTPUT,
            output_length=len(OUTPUT),
            input_offset=places["input"][0],
            input_bytes=places["input"][1],
            output_offset=places["output"][0],
            output_bytes=places["output"][1],
        ),
        step(12, 3, 70 * SECOND, "src/session.py", kind="read", tool="Read", took_ms=100),
        step(12, 4, 42 * SECOND, QUESTION, kind="ask", tool="AskUserQuestion", status="running", took_ms=None),
    ]
    delta.questions += [
        question(1, 1, "low", "Shall I begin?"),
        question(5, 1, "medium", "Which of the two names fits the rest of the code better?"),
        question(9, 1, "high", "Should I investigate how the session cache behaves before going on?"),
        question(12, 1, "low", QUESTION, asked_ms=42 * SECOND, source="tool", options=("Google", "GitHub")),
    ]
    delta.violations += [violation(4, 1, "minor", "concise_question"), violation(9, 1, "critical", "no_surprises")]
    delta.rolled_back = [7]
    delta.live = LiveFacts(
        last_at=NOON_MS - 42 * SECOND,
        last_kind="QuestionAsked",
        turn_number=12,
        turn_status="open",
        turn_started_at=NOON_MS - 100 * SECOND,
        question=QUESTION,
        is_question_structured=True,
        question_at=NOON_MS - 42 * SECOND,
        open_steps=(OpenStep("call12-4", "ask", "AskUserQuestion", QUESTION, NOON_MS - 42 * SECOND),),
    )
    return batch(path, "claude", "shop-session", delta)


def _reviewer(folder: Path) -> FileBatch:
    delta = TrajectoryDelta(
        "",
        started_at=at(13 * MINUTE),
        facts=facts(title="Review the login", project="/home/dev/shop", model="haiku-4-5", agent_role="reviewer"),
    )
    delta.turns.append(turn(1, 13 * MINUTE, "Review the login", "It looks sound."))
    delta.steps.append(message(1, 1, 12 * MINUTE, "It looks sound.", 0))
    delta.usage.append(usage(1, 12 * MINUTE, 300, 2_000, model="haiku-4-5"))
    delta.live = LiveFacts(
        last_at=NOON_MS - 12 * MINUTE, turn_number=1, turn_status="completed", turn_ended_at=NOON_MS - 12 * MINUTE
    )
    return batch(folder / "reviewer-1.jsonl", "claude", "reviewer-1", delta, parent="shop-session")


def _api(folder: Path) -> FileBatch:
    delta = TrajectoryDelta(
        "",
        started_at=at(9 * MINUTE),
        facts=facts(title="Write the migrations", project="/home/dev/api", model="gpt-6-codex"),
    )
    delta.turns.append(turn(1, 9 * MINUTE, "Write the migrations", "Both migrations are written.", wall_ms=6 * MINUTE))
    delta.steps.append(message(1, 1, 3 * MINUTE, "Both migrations are written.", 0))
    delta.usage.append(usage(1, 4 * MINUTE, 2_000, 210_000, model="gpt-6-codex"))
    delta.live = LiveFacts(
        last_at=NOON_MS - 3 * MINUTE,
        turn_number=1,
        turn_status="completed",
        turn_ended_at=NOON_MS - 3 * MINUTE,
        spoke_last=True,
    )
    return batch(folder / "api-thread.jsonl", "codex", "api-thread", delta, source="codex")


def _working(folder: Path, agent: str, name: str, title: str, opened: OpenStep, source: str) -> FileBatch:
    before = NOON_MS - opened.started_at
    delta = TrajectoryDelta(
        "",
        started_at=at(before + 5 * SECOND),
        facts=facts(title=title, project=f"/home/dev/{name}", model=f"{agent}-model"),
    )
    delta.turns.append(turn(1, before + 5 * SECOND, title, "", wall_ms=None, status="open"))
    delta.steps.append(
        step(
            1,
            1,
            before,
            opened.target,
            kind="shell" if opened.kind == "shell" else "read",
            tool=opened.tool,
            status="running",
            took_ms=None,
        )
    )
    delta.usage.append(usage(1, before + 2 * SECOND, 80, None if agent == "gemini" else 9_000))
    delta.live = LiveFacts(
        last_at=opened.started_at,
        turn_number=1,
        turn_status="open",
        turn_started_at=opened.started_at - 5 * SECOND,
        open_steps=(opened,),
    )
    return batch(folder / f"{name}-session.jsonl", agent, f"{name}-session", delta, source=source)


def _ml(folder: Path) -> FileBatch:
    delta = TrajectoryDelta(
        "", started_at=at(20 * MINUTE), facts=facts(title="Train the ranker", project="/home/dev/ml", model="qwen-5")
    )
    delta.turns.append(turn(1, 20 * MINUTE, "Train the ranker", "", wall_ms=None, status="open"))
    delta.retries.append(
        RetryRow(
            turn_number=1,
            retry_number=1,
            at=at(6 * MINUTE),
            reason="rate_limit",
            attempt=1,
            max_attempts=10,
            wait_ms=None,
            status_code=429,
            message="usage limit reached",
            is_final=0,
        )
    )
    delta.live = LiveFacts(
        last_at=NOON_MS - 6 * MINUTE,
        turn_number=1,
        turn_status="open",
        turn_started_at=NOON_MS - 20 * MINUTE,
        error_kind="rate_limit",
        error_message="usage limit reached",
        error_at=NOON_MS - 6 * MINUTE,
        error_until=NOON_MS + 140 * MINUTE,
    )
    return batch(folder / "ml-session.jsonl", "qwen", "ml-session", delta)


def _infra(folder: Path) -> FileBatch:
    delta = TrajectoryDelta(
        "", started_at=at(3 * HOUR), facts=facts(title="Tidy the pipeline", project="/home/dev/infra", model="sonnet-5")
    )
    delta.turns.append(turn(1, 3 * HOUR, "Tidy the pipeline", "I began.", status="interrupted"))
    delta.steps.append(message(1, 1, 3 * HOUR, "I began.", 0))
    delta.live = LiveFacts(
        last_at=NOON_MS - 2 * HOUR, turn_number=1, turn_status="interrupted", turn_ended_at=NOON_MS - 2 * HOUR
    )
    return batch(folder / "infra-session.jsonl", "claude", "infra-session", delta)


def write_database(folder: Path) -> Path:
    """The whole database, indexed for search; its session file lies beside it."""
    path = folder / "archive.db"
    writer = Writer(path)
    build = OpenStep("call1-1", "shell", "Bash", "npm run build", NOON_MS - 72 * SECOND)
    reads = OpenStep("call1-1", "read", "Read", "src/app.ts", NOON_MS - 2 * SECOND)
    writer.write(
        [
            _shop(folder),
            _reviewer(folder),
            _api(folder),
            _working(folder, "claude", "docs", "Build the docs", build, "claude_code"),
            _working(folder, "gemini", "site", "Read the app", reads, "gemini"),
            _ml(folder),
            _infra(folder),
        ]
    )
    while writer.index_some(100):
        pass
    put_following(writer)
    writer.close()
    return path


def write_following(folder: Path) -> Path:
    """A database without sessions over which ingest works."""
    path = folder / "archive.db"
    with closing(Writer(path)) as writer:
        put_following(writer)
    return path


def put_following(writer: Writer) -> None:
    """Ingest says that it has read everything and follows."""
    put_status(
        writer._connection,
        IngestStatus(
            pid=1,
            phase="following",
            started_at=NOON_MS - HOUR,
            at=NOON_MS,
            files_total=7,
            files_done=7,
            bytes_total=9_000,
            bytes_done=9_000,
            watching="events",
            trouble="",
        ),
    )
