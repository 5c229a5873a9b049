"""Finished sessions of the last two weeks, so that lists and totals look lived in."""

from __future__ import annotations

import random
from pathlib import Path

from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.story import Beat
from ppp_tui.model.clock import DAY_MS

SESSIONS = 40
"""How many."""

_PROJECTS = ("shop", "atlas", "ledger", "greenhouse", "docs", "infra")
_WORK = (
    ("Fix the rounding in", "prices", "totals", "the invoice"),
    ("Write tests for", "the cart", "the parser", "the index"),
    ("Explain", "the build", "this stack trace", "the cache"),
    ("Speed up", "the import", "the search", "start-up"),
    ("Rename", "the old flags", "the columns", "the routes"),
)
_ENDS = (
    "It is done and the tests pass.",
    "Done. One warning is left, in a file I did not touch.",
    "The change is in place. Want me to open a pull request?",
    "Fixed; the cause was an off-by-one.",
    "Which of the two names do you prefer?",
)
_MODELS = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")


def history(home: Path, start_ms: int) -> list[Beat]:
    """All that lies in the past when the demo begins; one file has a damaged line and a record of an unknown kind."""
    chance = random.Random(20)
    beats: list[Beat] = []
    for number in range(SESSIONS):
        began = start_ms - round(chance.uniform(0.1, 14) * DAY_MS)
        project = f"/home/dev/{chance.choice(_PROJECTS)}"
        verb, *objects = chance.choice(_WORK)
        task = f"{verb} {chance.choice(objects)}"
        writer: ClaudeWriter | CodexWriter
        if chance.random() < 0.6:
            writer = ClaudeWriter(home, f"history/{number}", began, project, chance.choice(_MODELS))
        else:
            writer = CodexWriter(home, f"history/{number}", began, project, "gpt-5.5")
        _tell(writer, task, chance)
        if number == SESSIONS // 2:
            writer.raw(writer.path, b'{"type": "assistant", "message": {"id": "msg_torn", "cont\n')
            writer.add(
                writer.path, {"type": "telepathy", "sessionId": "demo", "timestamp": writer.iso(), "payload": {}}
            )
        beats += writer.beats
    return beats


def _tell(writer: ClaudeWriter | CodexWriter, task: str, chance: random.Random) -> None:
    for turn in range(chance.randrange(1, 6)):
        writer.prompt(
            task if not turn else chance.choice(("Go on", "And the tests?", "Now the same for the other file"))
        )
        writer.think("What is there already?", chance.uniform(1, 6))
        for _ in range(chance.randrange(1, 7)):
            act = chance.random()
            if act < 0.4:
                failed = chance.random() < 0.2
                output = "1 failed, 7 passed in 2.10s" if failed else "8 passed in 2.02s"
                writer.run("python -m pytest -q", output, chance.uniform(1, 20), int(failed))
            elif act < 0.7:
                writer.read("app.py", "x = 1\n" * chance.randrange(5, 400))
            else:
                writer.edit("app.py", "x = 1", f"x = {chance.randrange(99)}")
        writer.say(chance.choice(_ENDS), is_final=True)
        writer.wait(chance.uniform(20, 900))
