"""What agents do, as data: a turn is a prompt, a row of acts and an answer, and any agent's writer can perform it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.story import Beat, Stage

Writer = ClaudeWriter | CodexWriter
AnyWriter = TypeVar("AnyWriter", ClaudeWriter, CodexWriter)


class Think(NamedTuple):
    """The model thinks."""

    text: str
    seconds: float = 4.0


class Say(NamedTuple):
    """The agent speaks between two steps."""

    text: str


class Run(NamedTuple):
    """A command runs."""

    command: str
    output: str = ""
    seconds: float = 2.0
    exit_code: int = 0
    description: str = ""


class Read(NamedTuple):
    """A file of so many lines is read."""

    path: str
    lines: int = 80


class Edit(NamedTuple):
    """A piece of a file is changed."""

    path: str
    old: str
    new: str


class Search(NamedTuple):
    """Something is looked for."""

    pattern: str
    output: str


class AskUser(NamedTuple):
    """The user is asked, and answers."""

    question: str
    options: tuple[str, ...]
    answer: str
    seconds: float = 25.0


class Delegate(NamedTuple):
    """A sub-agent does some acts and reports."""

    task: str
    acts: tuple[Think | Say | Run | Read | Edit | Search, ...]
    report: str


class Compact(NamedTuple):
    """The conversation is condensed to so many tokens; only Claude's stories have this."""

    kept_tokens: int
    summary: str


Act = Think | Say | Run | Read | Edit | Search | AskUser | Delegate | Compact


class ScriptedTurn(NamedTuple):
    """A prompt, what is done, the final answer, and how long the user then does something else."""

    prompt: str
    acts: tuple[Act, ...]
    answer: str
    pause_s: float = 60.0


def tell_turns(writer: Writer, turns: Sequence[ScriptedTurn]) -> None:
    """Let a writer tell turns one after another."""
    for turn in turns:
        writer.prompt(turn.prompt)
        for act in turn.acts:
            perform(writer, act)
        writer.say(turn.answer, is_final=True)
        writer.wait(turn.pause_s)


def begin_session(stage: Stage, begin: Callable[[int, float], AnyWriter], past: Sequence[ScriptedTurn]) -> AnyWriter:
    """Return a session's writer at the start of a stage, after its past if the stage has one.

    `begin` makes the writer, from a time in Unix milliseconds and a speed. The past takes as long as it takes in life.
    """
    if not stage.has_past:
        return begin(stage.start_ms, stage.speed)
    rehearsed = begin(0, 1.0)
    tell_turns(rehearsed, past)
    writer = begin(stage.start_ms - rehearsed.now_ms, 1.0)
    tell_turns(writer, past)
    writer.go_live(stage.start_ms, stage.speed)
    return writer


def perform(writer: Writer, act: Act) -> None:
    """Let a writer tell one act."""
    match act:
        case Think():
            writer.think(act.text, act.seconds)
        case Say():
            writer.say(act.text)
        case Run():
            _run(writer, act)
        case Read():
            writer.read(act.path, file_content(act.path, act.lines))
        case Edit():
            writer.edit(act.path, act.old, act.new)
        case Search():
            writer.search(act.pattern, act.output)
        case AskUser():
            writer.ask(act.question, act.options, act.seconds, act.answer)
        case Delegate():
            _delegate(writer, act)
        case Compact() if isinstance(writer, ClaudeWriter):
            writer.compact(act.kept_tokens, act.summary, 6)


def file_content(path: str, lines: int) -> str:
    """Return a text of so many lines, as it may stand in a file."""
    name = path.rpartition("/")[2].partition(".")[0]
    return "\n".join(f"{name}_{number} = compute({number}, {number * 7 % 31})" for number in range(lines)) + "\n"


def _run(writer: Writer, act: Run) -> None:
    if isinstance(writer, ClaudeWriter):
        writer.run(act.command, act.output, act.seconds, act.exit_code, description=act.description)
    else:
        writer.run(act.command, act.output, act.seconds, act.exit_code)


def _delegate(writer: Writer, act: Delegate) -> None:
    if isinstance(writer, ClaudeWriter):
        claude = writer.delegate(act.task, f"{act.task}. Report in one sentence.")
        for done in act.acts:
            perform(claude, done)
        claude.say(act.report, is_final=True)
        writer.hear_back(claude, act.report)
    else:
        codex = writer.delegate(act.task)
        for done in act.acts:
            perform(codex, done)
        codex.say(act.report, is_final=True)
        writer.hear_back(codex, act.report)


def end_day(w: Writer) -> list[Beat]:
    """Append the user's last prompt, which is taken back at once, and return the whole story."""
    w.prompt("Enough for today.")
    w.wait(1.5)
    w.interrupt()
    return w.beats
