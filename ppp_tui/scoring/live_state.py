"""What a session is doing, judged from its last events, the clock and its process.

One pure function for every screen, so that a session has the same state everywhere. As time goes on, the same facts
never return to a state that they left, and nothing but a threshold moves them: a list does not flicker. What a record
says is `known`; what only silence suggests is `guessed`, and so is a question that was read out of prose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.live import Certainty, Group, LiveFacts, LiveState, OpenStep, StateName
from ppp_tui.model.project import path_tail
from ppp_tui.scoring.live_thresholds import DEFAULT, QUICK_KINDS, Thresholds

PERMISSIONS = frozenset({"permission prompt", "sandbox request", "worker request"})
"""What agents state that they wait for when they need permission."""

GROUPS: dict[StateName, Group] = {
    "asks": "needs you",
    "finished": "finished",
    "permission": "needs you",
    "working": "working",
    "silent": "stuck",
    "limited": "stuck",
    "failed": "stuck",
    "interrupted": "idle",
    "idle": "idle",
    "ended": "idle",
    "unknown": "idle",
}
"""The group in which a state is shown."""

MAX_WORDS_CHARS = 120
"""Most characters of a state's words."""

_VERBS = {
    "shell": "runs",
    "read": "reads",
    "edit": "edits",
    "search": "searches",
    "web": "looks up",
    "subagent": "delegates:",
    "mcp": "calls",
    "ask": "asks",
    "plan": "plans",
    "compaction": "condenses the conversation",
    "thinking": "thinks",
}

_WAITING_TOOLS = frozenset({"wait", "wait_agent"})
"""Tools that wait for what was delegated before."""

_TROUBLES = {
    "rate_limit": "rate limited",
    "overloaded": "model overloaded",
    "timeout": "request timed out",
    "network": "network trouble",
    "auth": "not signed in",
    "context": "context is full",
}


class Judgement(NamedTuple):
    """A state, and until when the clock alone does not change it."""

    state: LiveState
    holds_until: int
    """Unix milliseconds at which the same facts are to be judged again."""


@dataclass(slots=True)
class _Case:
    facts: LiveFacts
    now_ms: int
    is_alive: bool | None
    limits: Thresholds
    holds_until: int = MAX_TIME_MS
    """The earliest future moment among those that were compared, Unix milliseconds."""

    def is_before(self, at: int) -> bool:
        """Return whether a moment is still to come."""
        if self.now_ms >= at:
            return False
        self.holds_until = min(self.holds_until, at)
        return True

    def has_passed(self, at: int, after_ms: int) -> bool:
        """Return whether `after_ms` have passed since `at`; False if the clock is behind the records."""
        return after_ms <= 0 or not self.is_before(at + after_ms)

    def is_stale(self, at: int, after_ms: int) -> bool:
        """Return whether `after_ms` have passed since `at`, and no living process is known for the session."""
        return not self.is_alive and self.has_passed(at, after_ms)


def judge_live_state(
    facts: LiveFacts, now_ms: int, is_process_alive: bool | None = None, thresholds: Thresholds = DEFAULT
) -> Judgement:
    """Return the state of a session at a moment, and until when it holds. Never raises, whatever the facts.

    `is_process_alive` is None where the agent's process is not known.
    """
    case = _Case(facts, now_ms, is_process_alive, thresholds)
    state = _choose_state(case)
    return Judgement(state, case.holds_until)


def _choose_state(case: _Case) -> LiveState:
    facts = case.facts
    if facts.last_at <= 0:
        words = f"asked: {facts.question}" if facts.question else "nothing on record yet"
        return _state("unknown", words, 0, "known", "no event with a time was seen")
    if case.is_before(facts.last_at - case.limits.clock_ahead_ms):
        return _state("unknown", "its clock is ahead", facts.last_at, "guessed", "the newest event lies in the future")
    is_open = facts.turn_status in ("open", "unknown") and not facts.is_error_final
    if facts.ended_at > 0:
        words = "left in the middle of a turn" if _is_at_work(facts) else "left"
        return _state("ended", words, facts.ended_at, "known", "the record says that the agent's program was left")
    if case.is_alive is False and is_open and _is_at_work(facts):
        return _state("ended", "ended in the middle of a turn", facts.last_at, "known", "its process is gone")
    if is_open:
        return _open_turn(case)
    if facts.turn_status == "failed" or facts.is_error_final:
        return _failed(case)
    if facts.turn_status == "interrupted":
        return _interrupted(case)
    if facts.turn_status == "completed":
        return _completed(case, facts.turn_ended_at or facts.last_at, is_guessed=False)
    return _without_turn(case)


def _state(name: StateName, words: str, since: int, certainty: Certainty, reason: str, until: int = 0) -> LiveState:
    return LiveState(
        name=name,
        group=GROUPS[name],
        words=one_line(words),
        since=since,
        certainty=certainty,
        reason=reason,
        until=until,
    )


def _is_at_work(facts: LiveFacts) -> bool:
    """Return whether a turn is open and something in it is still to come."""
    is_open = facts.turn_status in ("open", "unknown") and not facts.is_error_final
    return is_open and not facts.spoke_last and (facts.turn_status == "open" or bool(facts.open_steps))


def _idle(case: _Case, words: str, reason: str, certainty: Certainty = "known") -> LiveState:
    """Return the state of a session without recent activity; it has ended if its process is gone."""
    if case.is_alive is False:
        return _state("ended", words, case.facts.last_at, "known", "its process is gone")
    return _state("idle", words, case.facts.last_at, certainty, reason)


def _completed(case: _Case, ended_at: int, *, is_guessed: bool) -> LiveState:
    facts, limits = case.facts, case.limits
    how = "the agent spoke last and has been quiet since" if is_guessed else "the record says that the turn is over"
    if facts.question and facts.is_question_structured:
        return _asks_by_tool(case, facts.question_at or ended_at)
    if facts.question:
        if case.has_passed(ended_at, limits.guessed_wait_ms):
            return _idle(case, f"asked: {facts.question}", "its question has been open for long")
        return _state(
            "asks", f"asks: {facts.question}", ended_at, "guessed", f"{how}, and its closing text asks something"
        )
    if case.has_passed(ended_at, limits.finished_needs_you_ms):
        return _idle(case, "finished", "its turn was over long ago", "guessed" if is_guessed else "known")
    return _state("finished", "finished", ended_at, "guessed" if is_guessed else "known", how)


def _interrupted(case: _Case) -> LiveState:
    at = case.facts.turn_ended_at or case.facts.last_at
    if case.has_passed(at, case.limits.idle_after_ms):
        return _idle(case, "interrupted", "it was interrupted long ago")
    return _state("interrupted", "interrupted", at, "known", "the record says that the user stopped the turn")


def _failed(case: _Case) -> LiveState:
    facts = case.facts
    at = facts.error_at or facts.turn_ended_at or facts.last_at
    if facts.error_kind == "rate_limit" and case.is_before(facts.error_until):
        return _limited(case, "the turn failed on a rate limit that still holds")
    words = f"failed: {describe_error(facts)}"
    if case.has_passed(max(at, facts.error_until), case.limits.guessed_wait_ms):
        return _idle(case, words, "it failed long ago")
    return _state("failed", words, at, "known", "the record says that an error ended the turn")


def _limited(case: _Case, reason: str) -> LiveState:
    facts = case.facts
    return _state(
        "limited", describe_error(facts), facts.error_at or facts.last_at, "known", reason, max(0, facts.error_until)
    )


def _without_turn(case: _Case) -> LiveState:
    if case.has_passed(case.facts.last_at, case.limits.idle_after_ms):
        return _idle(case, "quiet", "nothing has happened for long")
    return _state("unknown", "no turn on record", case.facts.last_at, "guessed", "nothing tells how its turn stands")


def _open_turn(case: _Case) -> LiveState:
    facts = case.facts
    asking = next((step for step in facts.open_steps if step.kind == "ask"), None)
    if (facts.question and facts.is_question_structured) or asking is not None:
        return _asks_by_tool(case, facts.question_at or (asking.started_at if asking else 0) or facts.last_at)
    if facts.waits_for and case.is_alive is not False:
        return _waits(case)
    if facts.error_kind and facts.error_kind != "model_fallback":
        return _asks_again(case)
    if facts.open_steps:
        return _at_a_tool(case)
    if facts.spoke_last:
        if case.has_passed(facts.last_at, case.limits.quiet_ms):
            return _completed(case, facts.last_at, is_guessed=True)
        return _state("working", "answers", facts.last_at, "known", "the agent spoke a moment ago")
    if facts.turn_status == "open":
        return _thinks(case, "thinks", "nothing came back since the last prompt, thought or result")
    return _without_turn(case)


def _asks_by_tool(case: _Case, at: int) -> LiveState:
    facts = case.facts
    target = next((step.target for step in facts.open_steps if step.kind == "ask" and step.target), "")
    text = (facts.question if facts.is_question_structured else "") or target
    if case.is_stale(at, case.limits.structured_question_ms):
        return _idle(case, f"asked: {text}" if text else "asked", "its question was never answered", "guessed")
    words = f"asks: {text}" if text else "asks"
    return _state("asks", words, at, "known", "a question that it put through a tool has no answer")


def _waits(case: _Case) -> LiveState:
    facts = case.facts
    if case.is_stale(facts.waits_at, case.limits.structured_question_ms):
        return _idle(case, f"waited: {facts.waits_for}", "what it waited for never came", "guessed")
    words = describe_step(facts.open_steps[-1], len(facts.open_steps) - 1) if facts.open_steps else ""
    waiting_words = "waits for permission" if facts.waits_for in PERMISSIONS else f"waits: {facts.waits_for}"
    return _state(
        "permission",
        f"{waiting_words}: {words}" if words else waiting_words,
        facts.waits_at,
        "known",
        "its program says that it waits for the user",
    )


def _asks_again(case: _Case) -> LiveState:
    """Return the state after a failed model request that is tried again, while nothing has come back."""
    facts, limits = case.facts, case.limits
    again_at = max(facts.error_at, facts.error_until, facts.last_at)
    if case.has_passed(again_at, limits.thinking_silent_ms):
        return _silent_too_long(case, again_at, describe_error(facts), "it never asked the model again after an error")
    if facts.error_kind == "rate_limit" or facts.error_until - facts.error_at > limits.short_wait_ms:
        return _limited(case, "a request was refused, and nothing has succeeded since")
    at = facts.error_at or facts.last_at
    return _state("working", f"asks again: {describe_error(facts)}", at, "known", "a request failed and is tried again")


def _at_a_tool(case: _Case) -> LiveState:
    """Return the state of a session with running steps; the one that may take longest decides."""
    facts, limits = case.facts, case.limits
    steps = facts.open_steps
    slowest = max(reversed(steps), key=lambda step: limits.silence_of(step.kind))
    words = describe_step(slowest, len(steps) - 1)
    sign_at = max(facts.last_at, facts.progress_at, slowest.started_at)
    if not case.has_passed(sign_at, limits.silence_of(slowest.kind)):
        return _state("working", words, slowest.started_at or facts.last_at, "known", "a tool call has no result yet")
    if slowest.kind in QUICK_KINDS:
        if case.is_stale(facts.last_at, limits.guessed_wait_ms):
            return _idle(case, f"was about to: {words}", "an unfinished tool call is long past", "guessed")
        return _state(
            "permission",
            f"permission? {words}",
            facts.last_at,
            "guessed",
            "such a step takes no time, and this one has no result",
        )
    return _silent_too_long(
        case, facts.last_at, words, "a tool call has no result and gives no sign of life", is_tool=True
    )


def _thinks(case: _Case, words: str, reason: str) -> LiveState:
    if case.has_passed(case.facts.last_at, case.limits.thinking_silent_ms):
        return _silent_too_long(case, case.facts.last_at, words, "the model has not said a word for long")
    return _state("working", words, case.facts.last_at, "known", reason)


def _silent_too_long(case: _Case, at: int, words: str, reason: str, *, is_tool: bool = False) -> LiveState:
    """Return the state of a session that was silent too long: stuck, or given up if no process of it is known."""
    if case.is_stale(at, case.limits.idle_after_ms):
        return _idle(case, "quiet in the middle of a turn", "nothing has happened for long", "guessed")
    if is_tool:
        return _state("silent", one_line(words, 80) + " (silent) or waits for permission", at, "guessed", reason)
    if case.is_alive:
        return _state("silent", f"{one_line(words, 100)} (silent)", at, "guessed", f"{reason}, and its process lives")
    return _state("unknown", f"{one_line(words, 100)} (silent)", at, "guessed", reason)


def one_line(text: str, max_chars: int = MAX_WORDS_CHARS) -> str:
    """Return a text on one line of at most `max_chars` characters, ending in ``…`` if it was cut."""
    line = " ".join(text[: max_chars * 4].split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def describe_step(step: OpenStep, others: int = 0) -> str:
    """Return what a step does: ``runs pytest -q``, ``reads app.py and 2 more``."""
    verb = _VERBS.get(step.kind, "uses")
    target = one_line(path_tail(step.target, 1) if step.kind in ("read", "edit") else step.target, 90)
    if step.kind in ("mcp", "tool") or verb == "uses":
        target = one_line(f"{step.tool} {target}", 90) or "a tool"
    words = f"{verb} {target}".rstrip(" :")
    if step.kind == "subagent" and step.tool in _WAITING_TOOLS:
        words = f"waits for {target or 'a sub-agent'}"
    return f"{words} and {others} more" if others > 0 else words


def describe_error(facts: LiveFacts) -> str:
    """Return what went wrong: ``rate limited (attempt 3 of 10)``, or an error's first line."""
    cause = _TROUBLES.get(facts.error_kind)
    words = cause or one_line(facts.error_message, 90) or "an error"
    if facts.attempt > 0 and facts.max_attempts > 0 and not facts.is_error_final:
        return f"{words} (attempt {facts.attempt} of {facts.max_attempts})"
    return words
