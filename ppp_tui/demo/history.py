"""Finished sessions of the last two weeks, so that lists and totals look lived in."""

from __future__ import annotations

import random
from pathlib import Path

from ppp_tui.demo.acts import Act, AskUser, Compact, Delegate, Edit, Read, Run, Search, perform
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.story import Beat, Stage
from ppp_tui.model.clock import DAY_MS

SESSIONS = 40
"""How many."""

WAITS_MS = 4 * 60_000
"""Milliseconds before the demo's start at which the session begins that waits for an answer."""

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
_PROMPTS = (
    "Go on",
    "And the tests?",
    "Now the same for the other file",
    "Why that way?",
    "Do the second of your proposals",
    "That is too much at once: only the parser, please",
    "Look at the warning first",
    "Write down what you found",
)
_THOUGHTS = (
    "What is there already?",
    "The last change touched two files that nothing tests. I read both before I go on.",
    "The message names a file that does not exist any more.",
    "Two ways lead there. The shorter one changes what callers see.",
)
_FILES = (
    "app.py",
    "config.py",
    "parser.py",
    "routes/items.py",
    "routes/users.py",
    "tests/test_app.py",
    "tests/test_parser.py",
    "templates/list.html",
    "README.md",
    "Makefile",
    "web/list.ts",
    "web/list.css",
)
_SUITES = (("python -m pytest -q", 8), ("python -m pytest -q tests/test_parser.py", 5), ("npm test --silent", 31))
_COMMANDS = (
    ("make build", "built 14 targets", 0),
    ("make build", "error: unknown field 'limit'\nmake: *** [build] Error 1", 2),
    ("git diff --stat", " 3 files changed, 41 insertions(+), 9 deletions(-)", 0),
    ("npm run lint", "2 problems (1 error, 1 warning)", 1),
    ("python -m mypy .", "Success: no issues found in 14 source files", 0),
)
_QUESTIONS = (
    AskUser("Shall I keep the old name as an alias?", ("Keep it", "Drop it"), "Keep it", 20),
    AskUser("Which file should hold the limit?", ("config.py", "app.py"), "config.py", 41),
    AskUser("Do you want a warning or an error?", ("Warning", "Error", "Neither"), "Error", 65),
)
_MODELS = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")


def history(home: Path, start_ms: int) -> list[Beat]:
    """Return everything before the demo's start; one file has a damaged line and an unknown record."""
    chance = random.Random(20)
    beats: list[Beat] = []
    for number in range(SESSIONS):
        began = start_ms - round(chance.uniform(0.1, 14) * DAY_MS)
        project = f"/home/dev/{chance.choice(_PROJECTS)}"
        verb, *objects = chance.choice(_WORK)
        task = f"{verb} {chance.choice(objects)}"
        writer: ClaudeWriter | CodexWriter
        if chance.random() < 0.6:
            writer = ClaudeWriter(Stage(home, began, f"history/{number}"), project, chance.choice(_MODELS))
        else:
            writer = CodexWriter(Stage(home, began, f"history/{number}"), project, "gpt-5.5")
        _tell(writer, task, chance)
        if number == SESSIONS // 2:
            writer.raw(writer.path, b'{"type": "assistant", "message": {"id": "msg_torn", "cont\n')
            writer.add(
                writer.path, {"type": "telepathy", "sessionId": "demo", "timestamp": writer.iso(), "payload": {}}
            )
        beats += writer.beats
    return [*beats, *_waiting(home, start_ms)]


def _waiting(home: Path, start_ms: int) -> list[Beat]:
    """Return a session that waits for an answer as the demo begins, which opens on who needs the user."""
    stage = Stage(home, start_ms - WAITS_MS, "history/guide")
    writer = ClaudeWriter(stage, "/home/dev/docs", "claude-sonnet-4-5")
    writer.prompt("Write the guide for the upgrade")
    writer.title("Write the upgrade guide")
    writer.think("The changelog has three releases since the last guide. Not all of them break anything.", 4)
    for act in (
        Read("CHANGELOG.md", 210),
        Search("deprecated", "docs/config.md:41: deprecated\ndocs/flags.md:12: deprecated"),
        Edit("docs/upgrade.md", "", "# Upgrading\n\nBack up the database first."),
    ):
        perform(writer, act)
    writer.say("The frame of the guide stands. One thing is yours to decide.")
    writer.ask("From which version on should the guide lead?", ("3.2, the oldest in use", "4.0 alone"), 0, None)
    return writer.beats


def _tell(writer: ClaudeWriter | CodexWriter, task: str, chance: random.Random) -> None:
    # Most sessions are short, and some go on for hours.
    turns = chance.choice((1, 1, 2, 2, 3, 4, 5, 9, 14))
    for turn in range(turns):
        writer.prompt(task if not turn else chance.choice(_PROMPTS))
        writer.think(chance.choice(_THOUGHTS), chance.uniform(1, 6))
        for _ in range(chance.randrange(1, 9)):
            perform(writer, _act(chance))
        if chance.random() < 0.15:
            perform(writer, chance.choice(_QUESTIONS))
        if turn == 8:
            perform(writer, Compact(13_000, "The first half is done and tested."))
        writer.say(chance.choice(_ENDS), is_final=True)
        writer.wait(chance.uniform(20, 900))


def _act(chance: random.Random) -> Act:
    kind, path = chance.random(), chance.choice(_FILES)
    if kind < 0.3:
        command, passed = chance.choice(_SUITES)
        failed = chance.random() < 0.2
        output = f"1 failed, {passed - 1} passed in 2.10s" if failed else f"{passed} passed in 2.02s"
        return Run(command, output, chance.uniform(1, 20), int(failed), "Run the tests")
    if kind < 0.4:
        command, output, exit_code = chance.choice(_COMMANDS)
        return Run(command, output, chance.uniform(0.3, 40), exit_code)
    if kind < 0.7:
        return Read(path, chance.randrange(5, 400))
    if kind < 0.75:
        return Search("deprecated", f"{path}:{chance.randrange(200)}: # deprecated")
    if kind < 0.78:
        return Delegate(
            f"Read {path} and all that uses it", (Read(path, 120), Search(path, "3 files")), "Three files do."
        )
    return Edit(path, "value = 1", f"value = {chance.randrange(99)}\nlimit = {chance.randrange(9)}")
