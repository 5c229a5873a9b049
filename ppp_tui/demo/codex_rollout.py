"""The records of a Codex rollout (version 0.169.0): lines, items, token counts, beginnings and ends of turns."""

from __future__ import annotations

from typing import Any

from ppp_tui.demo.story import Stage, Tape
from ppp_tui.model.clock import to_text

VERSION = "0.169.0"
WINDOW = 258_400
"""Tokens of the context window."""

LIMITS = {"primary": 300, "secondary": 10_080}
"""Usage limits by the minutes of their windows."""


class CodexRollout(Tape):
    """The rollout file of one thread, to which records are appended."""

    def __init__(self, stage: Stage, project: str, model: str, branch: str = "main", *, parent: str = "") -> None:
        """Begin a thread in a project's folder, of its own or for a parent thread."""
        super().__init__(stage)
        self.thread = self.uuid7()
        self.project, self.model, self.branch = project, model, branch
        stamp = to_text(stage.start_ms)[:19].replace(" ", "T").replace(":", "-")
        folder = stage.home / ".codex" / "sessions" / stamp[:4] / stamp[5:7] / stamp[8:10]
        self.path = folder / f"rollout-{stamp}-{self.thread}.jsonl"
        self.used_percent = {"primary": 34.0, "secondary": 61.0}
        """Of the plan's limits."""
        self._session = parent or self.thread
        self._turn = ""
        self._began_ms = 0
        self._totals = {"thread": [0, 0, 0, 0], "turn": [0, 0, 0, 0]}
        self._used = [0, 0, 0, 0]
        self._call = ""
        self._response_text = ""
        self._last_message: str | None = None
        self._ordinal = 0
        self._parent = parent

    def _describe(self) -> None:
        parent = self._parent
        meta: dict[str, Any] = {
            "session_id": self._session,
            "id": self.thread,
            "timestamp": self.iso(),
            "cwd": self.project,
            "originator": "codex-tui",
            "cli_version": VERSION,
            "source": "cli",
            "thread_source": "user",
            "model_provider": "openai",
            "history_mode": "paginated",
            "git": {"branch": self.branch},
        }
        if parent:
            spawn = {"parent_thread_id": parent, "depth": 1, "agent_nickname": "helper", "agent_role": None}
            meta |= {
                "parent_thread_id": parent,
                "source": {"subagent": {"thread_spawn": spawn}},
                "thread_source": "subagent",
                "agent_nickname": "helper",
            }
        self._line("session_meta", meta)

    def _end_turn(self, **more: object) -> None:
        self._event(
            "task_complete",
            root_turn_id=self._turn,
            turn_id=self._turn,
            last_agent_message=self._last_message,
            started_at=self._began_ms // 1000,
            completed_at=self.now_ms // 1000,
            duration_ms=self.now_ms - self._began_ms,
            time_to_first_token_ms=900,
            **more,
        )

    def _measure(self) -> None:
        """Append the tokens of the current response."""
        output = 60 + len(self._response_text) // 3
        self._response_text = ""
        cached, new = self.send(output)
        self._used = [cached + new, cached, output, output // 4]
        for total in self._totals.values():
            total[:] = [sum(pair) for pair in zip(total, self._used, strict=True)]
        counts = {
            "usage": self._used,
            "turn_token_usage": self._totals["turn"],
            "thread_token_usage": self._totals["thread"],
        }
        self._line(
            "token_usage_record",
            {
                "thread_id": self.thread,
                "turn_id": self._turn,
                "session_id": self._session,
                "root_turn_id": self._turn,
                "response_id": self.token("resp_"),
                **{name: _counts(numbers) for name, numbers in counts.items()},
            },
        )

    def _count_tokens(self) -> None:
        """Append the thread's total, the last response and the plan's limits."""
        info = {
            "total_token_usage": _counts(self._totals["thread"]),
            "last_token_usage": _counts(self._used),
            "model_context_window": WINDOW,
        }
        limits: dict[str, Any] = {"limit_id": "codex", "plan_type": "pro"}
        for name, minutes in LIMITS.items():
            hour_s = self.stage.start_ms // 3_600_000 * 3600
            limits[name] = {
                "used_percent": self.used_percent[name],
                "window_minutes": minutes,
                "resets_at": hour_s + minutes * 36,
            }
        self._event("token_count", info=info, rate_limits=limits)

    def _complete(self, item: dict[str, Any]) -> None:
        self._event(
            "item_completed",
            thread_id=self.thread,
            turn_id=self._turn,
            item=item,
            started_at_ms=self.now_ms,
            completed_at_ms=self.now_ms,
        )

    def _item(self, payload: dict[str, Any], kinds: list[str] | None = None) -> None:
        note: dict[str, Any] = {"turn_id": self._turn}
        if kinds:
            note["content_item_kinds"] = kinds
        self._line("response_item", {**payload, "internal_chat_message_metadata_passthrough": note})

    def _event(self, kind: str, **payload: object) -> None:
        self._line("event_msg", {"type": kind, **payload})

    def _line(self, kind: str, payload: dict[str, Any]) -> None:
        self.add(self.path, {"timestamp": self.iso(), "ordinal": self._ordinal, "type": kind, "payload": payload})
        self._ordinal += 1


def _counts(numbers: list[int]) -> dict[str, int]:
    sent, cached, output, reasoning = numbers
    return {
        "input_tokens": sent,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": 0,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": sent + output,
    }
