"""The commands by name. A command's module is imported when the command is called, not when it is listed."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click


class Lazy(NamedTuple):
    """A command that is not imported yet."""

    module: str
    """Below `ppp_tui.cli`; holds the command as ``<name>_command``."""
    sentence: str
    """What the list of commands says of it: the first sentence of its own help."""


COMMANDS = {
    "open": Lazy("dashboard", "Open the dashboard at a session, or at one of its turns."),
    "ingest": Lazy("commands.ingest", "Read session files into the database, without a dashboard."),
    "usage": Lazy(
        "usage.command",
        "Tell what was spent, by day, hour, model, reasoning effort, project, session or block.",
    ),
    "turns": Lazy("commands.turns", "List the turns of a session with their time, tokens and cost."),
    "timing": Lazy("commands.timing", "Tell where the time of a session went."),
    "statusline": Lazy(
        "statusline.command",
        "Be Claude Code's status line, and keep what it tells.",
    ),
    "search": Lazy("commands.search", "Find turns by their text."),
    "questions": Lazy(
        "commands.questions",
        "List what agents asked you, how much each question asks, and what you answered.",
    ),
    "violations": Lazy("commands.violations", "List the preferences that agents did not keep, and where."),
    "consensus": Lazy("commands.consensus", "Rank the agents that worked on one specification."),
    "archive": Lazy("commands.archive", "Move old trajectories out of the database into a compressed file."),
    "import": Lazy("commands.import_", "Take archived trajectories back into the database."),
    "export": Lazy("commands.export", "Write a session as Markdown or JSON lines."),
    "tests": Lazy(
        "commands.tests",
        "Show the test runs of a project or a session, newest first, or what is flaky or got worse.",
    ),
    "retries": Lazy(
        "commands.retries", "Show what failed and was tried again in a session, or sums over all sessions."
    ),
    "context": Lazy(
        "commands.context",
        "Show what fills a session's context, a project's hot files, or what to keep of them.",
    ),
    "codebase": Lazy("commands.codebase", "Show how large a project is, or the largest projects, or count some anew."),
    "index": Lazy("commands.codebase", "Count the files and lines below a folder, by language and as git sees them."),
    "doctor": Lazy("commands.doctor", "Tell where sessions are looked for and how their files fare."),
    "demo": Lazy("commands.demo", "Watch four invented agents at work, in a temporary database."),
    "config": Lazy("commands.config", "Show the settings in force, and where each comes from."),
}
"""In the order in which help lists them."""


class LazyGroup(click.Group):
    """A group whose commands are those of `COMMANDS`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for a name that is none."""
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = getattr(import_module(f"ppp_tui.cli.{lazy.module}"), f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint for a name that is nearly one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}."
            ctx.fail(f"There is no command {args[0]}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.sentence) for name, lazy in COMMANDS.items()])
