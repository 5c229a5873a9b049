"""The rules behind the four evaluations of a session. Pure; each names the turns that it rests on.

A verdict is what most sessions are (`good`) until something on record speaks against it. Raise `VERSION` with any
change: everything is evaluated anew then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ppp_tui.model.evaluation import (
    Evaluate,
    EvaluatedSession,
    EvaluatedStep,
    EvaluatedTurn,
    EvaluationVerdict,
    Evidence,
    SessionEvaluation,
)
from ppp_tui.scoring.evaluations.wording import (
    asks_to_remove,
    find_admission,
    find_approval,
    find_complaint,
    find_reminder,
)
from ppp_tui.text.format import counted

VERSION = 2

METHOD = f"rules-{VERSION}"
"""The method of evaluations by these rules."""

MANY_SHARE = 0.2
"""Share of turns with a lapse from which on a session is mixed, if it has `MANY` of them."""

NOTHING_RECORDED = "no answer and no step is on record"
"""Why a session cannot be evaluated."""

MANY = 2

FEW_PROGRESSING, SOME_PROGRESSING = 0.4, 0.7
"""Shares of turns that lead on, below which a session is bad or mixed."""

REPEATED_READS = 6
"""Reads of an unchanged file with nothing in between that made it look other, from which on they are a lapse."""

LOOP_FAILURES = 3
"""Failures of the same call in a row that are a loop."""

_WORK = frozenset({"shell", "read", "edit", "search", "web", "subagent", "mcp", "tool", "plan"})
_USERS = frozenset({"typed", "queued", "sdk", "logged"})
_SCORES: Mapping[EvaluationVerdict, float | None] = {"good": 1.0, "mixed": 0.5, "bad": 0.0, "unknown": None}
_REVERTING = re.compile(r"\bgit\s+(?:checkout\s+(?:HEAD\s+)?--|restore\b(?!.*--staged)|reset\s+--hard|revert\b)")
_REMOVING = re.compile(r"\brm\s+(?:-\w+\s+)*(?P<path>\S+)")
_SCRATCH = ("tmp", "temp", "/var/folders/", "/private/")
"""Parts of paths of files that are meant to go."""
_LETTERS = re.compile(r"[a-z]{3,}")


def evaluate_goal(session: EvaluatedSession) -> SessionEvaluation:
    """Whether the user's goal was reached, by stated outcome, the last turn's end, tests, and the user's next words."""
    turns = _asked_turns(session)
    if session.outcome:
        is_well = session.outcome == "completed"
        return _verdict("good" if is_well else "bad", f"the program stated: {session.outcome}")
    if not any(_is_answered(turn) or turn.steps for turn in turns):
        return _verdict("unknown", NOTHING_RECORDED)
    evidence: list[Evidence] = []
    last = turns[-1]
    is_finished = _is_finished(last)
    if not is_finished:
        evidence.append(Evidence(last.number, f"the last turn is {last.status} without an answer after its steps"))
    red = _last_tests_failed(turns)
    if red is not None:
        evidence.append(Evidence(red, "the last test run failed"))
    complaints = [(turn, words) for turn in turns if (words := "" if session.is_child else find_complaint(turn.prompt))]
    undone = [piece for piece in _undone(turns) if piece.turn_number == last.number]
    evidence += undone
    is_unresolved = bool(complaints) and complaints[-1][0] is last and not find_approval(last.prompt)
    evidence += [Evidence(turn.number, f"the user: “{words}”") for turn, words in complaints]
    is_often = len(complaints) >= MANY and len(complaints) >= MANY_SHARE * len(turns)
    if red is not None or (not is_finished and len(turns) == 1):
        return _verdict("bad", "tests fail at the end" if red is not None else "it ended before an answer", evidence)
    if not is_finished or is_often or undone or (is_unresolved and not last.steps):
        return _verdict(
            "mixed", _goal_reason(is_finished=is_finished, is_often=is_often, is_undone=bool(undone)), evidence
        )
    evidence += _reached(turns)
    return _verdict("good", "the last turn was answered", evidence or [Evidence(last.number, "answered")])


def _reached(turns: list[EvaluatedTurn]) -> list[Evidence]:
    """Return the last turns that committed, passed tests, or were approved by the user."""
    signs: tuple[tuple[str, Callable[[EvaluatedTurn], object]], ...] = (
        ("committed", lambda turn: turn.commits),
        ("the last test run passed", lambda turn: turn.test_runs),
        ("the user approved", lambda turn: find_approval(turn.prompt)),
    )
    last = ((words, next((turn.number for turn in reversed(turns) if is_so(turn)), None)) for words, is_so in signs)
    return [Evidence(number, words) for words, number in last if number is not None]


def _goal_reason(*, is_finished: bool, is_often: bool, is_undone: bool) -> str:
    if not is_finished:
        return "the last turn was not finished"
    if is_undone:
        return "the last turn undid what was done"
    return "the user often said that something was wrong" if is_often else "the user's last complaint was not worked on"


def evaluate_retention(session: EvaluatedSession) -> SessionEvaluation:
    """Whether what was said and read was kept in mind.

    Lapses are words of the user that repeat themselves, a question asked again, a preference broken again, and a file
    read again and again though nothing changed it.
    """
    turns = _recorded_turns(session)
    if not turns:
        return _verdict("unknown", NOTHING_RECORDED)
    lapses: list[Evidence] = []
    if not session.is_child:
        lapses += [
            Evidence(turn.number, f"the user says it again: “{words}”")
            for turn in turns[1:]
            if (words := find_reminder(turn.prompt))
        ]
    lapses += _repeated_questions(turns)
    lapses += _repeated_violations(turns)
    reads = _repeated_reads(turns)
    return _by_lapses(sorted([*lapses, *reads], key=lambda lapse: lapse.turn_number or 0), len(turns), "lapse")


def evaluate_coherence(session: EvaluatedSession) -> SessionEvaluation:
    """Whether the work agrees with itself: what an agent takes back, undoes or tries again without a change."""
    turns = _recorded_turns(session)
    if not turns:
        return _verdict("unknown", NOTHING_RECORDED)
    undone = _undone(turns)
    admissions = [
        Evidence(turn.number, f"the agent: “{words}”") for turn in turns if (words := find_admission(turn.response))
    ]
    loops = [piece for turn in turns for piece in _loops(turn)]
    evidence = sorted([*undone, *admissions, *loops], key=lambda piece: piece.turn_number or 0)
    if undone and len(undone) >= len(turns):
        return _verdict("bad", "the agent undid its own work", evidence)
    if undone or loops or len(admissions) >= MANY or (admissions and len(turns) <= 2 * MANY):
        return _verdict("mixed", "the agent took back or undid something", evidence)
    if admissions:
        return _verdict("good", "little was taken back", evidence, score=0.8)
    return _verdict("good", "nothing was taken back")


def evaluate_progression(session: EvaluatedSession) -> SessionEvaluation:
    """Return the share of the turns that lead on: to an edit, a test run, a commit or an answer."""
    turns = _recorded_turns(session)
    if not turns:
        return _verdict("unknown", NOTHING_RECORDED)
    standing = [turn for turn in turns if not _leads_on(turn)]
    share = 1 - len(standing) / len(turns)
    evidence = [Evidence(turn.number, _why_standing(turn)) for turn in standing]
    reason = f"{len(turns) - len(standing)} of {counted(len(turns), 'turn')} led on"
    verdict: EvaluationVerdict = "good" if share >= SOME_PROGRESSING else "mixed" if share >= FEW_PROGRESSING else "bad"
    return _verdict(verdict, reason, evidence, score=round(share, 4))


RULES: Mapping[str, Evaluate] = {
    "goal": evaluate_goal,
    "retention": evaluate_retention,
    "coherence": evaluate_coherence,
    "progression": evaluate_progression,
}
"""The evaluations of the package by name."""


def _verdict(
    verdict: EvaluationVerdict, reason: str, evidence: list[Evidence] | None = None, *, score: float | None = None
) -> SessionEvaluation:
    return SessionEvaluation(verdict, _SCORES[verdict] if score is None else score, reason, tuple(evidence or ()))


def _recorded_turns(session: EvaluatedSession) -> list[EvaluatedTurn]:
    """Return the turns that something was asked in; none where no answer and no step of any is on record."""
    turns = _asked_turns(session)
    return turns if any(turn.steps or _is_answered(turn) for turn in turns) else []


def _asked_turns(session: EvaluatedSession) -> list[EvaluatedTurn]:
    """Return the turns that somebody asked for; what precedes the first prompt is none."""
    return [turn for turn in session.turns if turn.origin in _USERS and turn.status != "superseded"]


def _is_answered(turn: EvaluatedTurn) -> bool:
    return turn.response_length > 0


def _is_finished(turn: EvaluatedTurn) -> bool:
    """Whether a turn came to an answer: it is over, or the agent's words are the last that it did."""
    if turn.status in ("interrupted", "failed"):
        return False
    if turn.status == "completed":
        return _is_answered(turn) or bool(turn.steps)
    acted = [step for step in turn.steps if step.kind in _WORK or step.kind == "message"]
    return _is_answered(turn) and (not acted or acted[-1].kind == "message")


def _last_tests_failed(turns: list[EvaluatedTurn]) -> int | None:
    """Return the turn of the last test run if that failed."""
    last = next((turn for turn in reversed(turns) if turn.test_runs), None)
    return last.number if last is not None and not last.test_runs[-1] else None


def _by_lapses(lapses: list[Evidence], turns: int, noun: str) -> SessionEvaluation:
    share = len(lapses) / turns
    score = round(max(0.0, 1 - share), 4)
    reason = f"{counted(len(lapses), noun)} in {counted(turns, 'turn')}"
    if len(lapses) >= MANY and share >= 0.5:
        return _verdict("bad", reason, lapses, score=score)
    if len(lapses) >= MANY and share >= MANY_SHARE / 2:
        return _verdict("mixed", reason, lapses, score=score)
    return _verdict("good", reason, lapses, score=score)


def _repeated_questions(turns: list[EvaluatedTurn]) -> list[Evidence]:
    """Return questions that repeat one of an earlier turn, nearly in its words."""
    asked: list[frozenset[str]] = []
    repeated = []
    for turn in turns:
        words_of_turn = [frozenset(_LETTERS.findall(question.lower())) for question in turn.questions]
        for question, words in zip(turn.questions, words_of_turn, strict=True):
            if len(words) >= 4 and any(len(words & other) >= 0.8 * len(words | other) for other in asked):
                repeated.append(Evidence(turn.number, f"asks again: {question}"))
        asked += words_of_turn
    return repeated


def _repeated_violations(turns: list[EvaluatedTurn]) -> list[Evidence]:
    """Return preferences that are broken again after a compaction: what was said is forgotten."""
    broken: set[str] = set()
    is_compacted = False
    repeated = []
    for turn in turns:
        if is_compacted:
            repeated += [
                Evidence(turn.number, f"breaks {name} again after a compaction")
                for name in turn.violations
                if name in broken
            ]
        broken.update(turn.violations)
        is_compacted = is_compacted or any(step.kind == "compaction" for step in turn.steps)
    return repeated


def _repeated_reads(turns: list[EvaluatedTurn]) -> list[Evidence]:
    """Return turns in which many files were read again though nothing had changed them since."""
    read: set[tuple[str, str]] = set()
    repeats: dict[int, int] = {}
    for turn in turns:
        for step in turn.steps:
            if step.kind == "compaction":
                read.clear()
            elif step.kind == "edit":
                read = {call for call in read if call[0] != step.target}
            elif step.kind == "read" and step.status == "ok" and step.target:
                call = (step.target, step.input_preview)
                if call in read:
                    repeats[turn.number] = repeats.get(turn.number, 0) + 1
                read.add(call)
    return [
        Evidence(number, f"read {count} unchanged files again")
        for number, count in repeats.items()
        if count >= REPEATED_READS
    ]


def _undone(turns: list[EvaluatedTurn]) -> list[Evidence]:
    """Return commands with which an agent, unasked, takes back what it edited in this or an earlier turn."""
    edited: set[str] = set()
    pieces = []
    for turn in turns:
        taken_back: list[str] = []
        for step in turn.steps:
            if step.status != "ok":
                continue
            if step.kind == "edit" and step.target:
                edited.add(_file_name(step.target))
            elif step.kind == "shell":
                taken_back += _taken_back(step.target, edited)
        if taken_back and not asks_to_remove(turn.prompt):
            pieces += [Evidence(turn.number, words) for words in taken_back]
    return pieces


def _taken_back(command: str, edited: set[str]) -> list[str]:
    """Return what a command takes back of files by these names, in words."""
    if "rm " in command:
        removed = _REMOVING.search(command)
        if removed is not None and not _is_scratch(removed["path"]) and _file_name(removed["path"]) in edited:
            return [f"removes its own {_file_name(removed['path'])}"]
    if "git" in command and _REVERTING.search(command) and any(name in command for name in edited):
        return [f"takes back its edits: {command}"]
    return []


def _file_name(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _is_scratch(path: str) -> bool:
    return any(part in path.lower() for part in _SCRATCH)


def _loops(turn: EvaluatedTurn) -> list[Evidence]:
    """Return calls that failed again and again without anything done in between."""
    pieces = []
    before: tuple[str, str, str] | None = None
    failures = 0
    for step in turn.steps:
        if step.kind not in _WORK:
            continue
        call = (step.kind, step.target, step.input_preview)
        failures = (failures + 1 if call == before else 1) if step.status == "failed" else 0
        before = call
        if failures == LOOP_FAILURES:
            pieces.append(Evidence(turn.number, f"fails {LOOP_FAILURES} times in a row: {step.target}"))
    return pieces


def _leads_on(turn: EvaluatedTurn) -> bool:
    """Whether a turn edits, tests, commits, or answers with more than a question."""
    if any(step.kind == "edit" and step.status == "ok" for step in turn.steps) or turn.test_runs or turn.commits:
        return True
    if turn.status in ("interrupted", "failed") or not _is_finished(turn):
        return False
    return not _asks_only(turn)


def _asks_only(turn: EvaluatedTurn) -> bool:
    """Whether a turn's answer is mostly questions: half a dozen, or nothing done and little said beside one."""
    return len(turn.questions) >= 5 and not _has_changed(turn.steps)


def _has_changed(steps: tuple[EvaluatedStep, ...]) -> bool:
    return any(step.kind == "edit" and step.status == "ok" for step in steps)


def _why_standing(turn: EvaluatedTurn) -> str:
    if turn.status in ("interrupted", "failed"):
        return f"was {turn.status} before an edit, a test run or an answer"
    return "asks the user instead" if _asks_only(turn) else "has no answer after its steps"
