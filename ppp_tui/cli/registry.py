"""The commands by name. A command's module is imported when the command is called, not when it is listed."""

from __future__ import annotations

from importlib import import_module
from typing import Literal, NamedTuple

import click
from click.shell_completion import CompletionItem

CommandGroup = Literal["Watch", "Look up", "Judge", "Serve", "Keep", "Set up"]
"""The groups of commands in the help."""


class CommandEntry(NamedTuple):
    """A command that is not imported yet."""

    module: str
    """Below `ppp_tui.cli`; holds the command as ``<name>_command``."""
    group: CommandGroup
    sentence: str
    """Its sentence in the list of commands: the first one of its own help."""


COMMANDS = {
    "open": CommandEntry("commands.open", "Watch", "Open the dashboard at a session, or at one of its turns."),
    "statusline": CommandEntry(
        "statusline.command", "Watch", "Print Claude Code's status line, and keep what it tells."
    ),
    "attach": CommandEntry(
        "commands.attach", "Watch", "Watch an agent without a session file: pipe into it what the agent prints."
    ),
    "demo": CommandEntry("commands.demo", "Watch", "Watch four invented agents at work, in a temporary database."),
    "sessions": CommandEntry(
        "commands.sessions",
        "Look up",
        "List sessions, the newest first, each with the number that every other command takes.",
    ),
    "search": CommandEntry("commands.search", "Look up", "Find turns by their text."),
    "turns": CommandEntry("commands.turns", "Look up", "List the turns of a session with their time, tokens and cost."),
    "timing": CommandEntry("commands.timing", "Look up", "Show where the time of a session went."),
    "context": CommandEntry(
        "commands.context",
        "Look up",
        "Show what fills a session's context, a project's hot files, or what to keep of them.",
    ),
    "export": CommandEntry(
        "commands.export",
        "Look up",
        "Write a session as Markdown, HTML, JSON lines or a trace, or performance events.",
    ),
    "usage": CommandEntry(
        "usage.command",
        "Look up",
        "Show what was spent, by hour, day, week, month, model, reasoning effort, agent, project, session or block.",
    ),
    "daily": CommandEntry(
        "usage.command", "Look up", "Show what was spent by day: the same as ppp-tui usage --by day."
    ),
    "weekly": CommandEntry(
        "usage.command", "Look up", "Show what was spent by week: the same as ppp-tui usage --by week."
    ),
    "monthly": CommandEntry(
        "usage.command", "Look up", "Show what was spent by month: the same as ppp-tui usage --by month."
    ),
    "blocks": CommandEntry(
        "usage.command", "Look up", "Show what was spent by block: the same as ppp-tui usage --by block."
    ),
    "questions": CommandEntry(
        "commands.questions",
        "Judge",
        "List what agents asked you, how much each question asks, and what you answered.",
    ),
    "violations": CommandEntry(
        "commands.violations", "Judge", "List the preferences that agents did not keep, and where."
    ),
    "tests": CommandEntry(
        "commands.tests",
        "Judge",
        "Show the test runs of a project or a session, newest first, or what is flaky or got worse.",
    ),
    "retries": CommandEntry(
        "commands.retries", "Judge", "Show what failed and was tried again in a session, or sums over all sessions."
    ),
    "evaluations": CommandEntry(
        "assessment.evaluations",
        "Judge",
        "Show how sessions went as a whole, by evaluation, with the turns that it rests on.",
    ),
    "predict": CommandEntry(
        "assessment.predict",
        "Judge",
        "Show how likely each agent is to succeed at a TASK, given in words, by your own runs.",
    ),
    "trends": CommandEntry(
        "assessment.trends",
        "Judge",
        "Show a measure by day or week beside the span before, with what is unusual and when its level changed.",
    ),
    "alerts": CommandEntry(
        "commands.alerts", "Judge", "List the open alerts of your rules; the exit status is 1 while there are any."
    ),
    "decisions": CommandEntry(
        "signals.decisions", "Judge", "Show what agents chose and why, summed up or of one session."
    ),
    "signals": CommandEntry(
        "signals.signals", "Judge", "Show what tells how well agents' work went, summed up or of one session."
    ),
    "correlate": CommandEntry(
        "signals.correlate",
        "Judge",
        "Show how often runs with a decision or a quality signal failed, beside runs without it.",
    ),
    "versions": CommandEntry(
        "signals.versions", "Judge", "List the versions of agents, or what changed from one version to another."
    ),
    "compare": CommandEntry(
        "assessment.compare",
        "Judge",
        "Compare two agents, models, reasoning efforts, people or machines in every measure.",
    ),
    "stats": CommandEntry(
        "performance.stats", "Judge", "Show how tasks went: success, mean and P95 time, cost and quality."
    ),
    "agents": CommandEntry(
        "performance.agents", "Judge", "List agents: those that registered, and those that sessions and events name."
    ),
    "insights": CommandEntry(
        "insights.insights",
        "Judge",
        "Show what agents are used for, how each kind of task ends, costs and asks, and which failures recur.",
    ),
    "delivered": CommandEntry(
        "insights.delivered", "Judge", "List the pull requests or commits of agents, and what each cost."
    ),
    "consensus": CommandEntry("commands.consensus", "Judge", "Rank the agents that worked on one specification."),
    "codebase": CommandEntry(
        "commands.codebase", "Judge", "Show how large a project is, or the largest projects, or count some anew."
    ),
    "index": CommandEntry(
        "commands.codebase", "Judge", "Count the files and lines below a folder, by language and as git sees them."
    ),
    "watch": CommandEntry(
        "doors.watch", "Serve", "Print a line whenever a session comes into another state, until it is stopped."
    ),
    "status": CommandEntry(
        "doors.status",
        "Serve",
        "Print one line for a status bar: how many sessions need you, work or are stuck, and today's cost.",
    ),
    "serve": CommandEntry(
        "doors.serve", "Serve", "Serve what the database holds over HTTP, to programs on this machine alone."
    ),
    "web": CommandEntry("doors.web", "Serve", "Show the dashboard in browsers on this machine."),
    "send": CommandEntry(
        "doors.send",
        "Serve",
        "Send sessions as OpenTelemetry traces to a receiver, or write one as OTLP's JSON.",
    ),
    "mcp": CommandEntry(
        "doors.mcp", "Serve", "Serve agents that ask about their own past, by the Model Context Protocol."
    ),
    "receive": CommandEntry(
        "doors.receive", "Serve", "Receive OpenTelemetry from agents, by HTTP on this machine alone."
    ),
    "otel": CommandEntry(
        "doors.otel",
        "Serve",
        "Print the settings that make an agent send to ppp-tui receive, write them, or undo that.",
    ),
    "team": CommandEntry(
        "team.command",
        "Serve",
        "Share sessions with a team in a PostgreSQL database: set it up, join it, push, take back, keep its people.",
    ),
    "record": CommandEntry(
        "performance.record",
        "Keep",
        "Record performance events that a program in another language wrote as JSON lines.",
    ),
    "ingest": CommandEntry("commands.ingest", "Keep", "Read session files into the database, without a dashboard."),
    "archive": CommandEntry(
        "commands.archive", "Keep", "Move old trajectories out of the database into a compressed file."
    ),
    "import": CommandEntry("commands.import_", "Keep", "Take archived trajectories back into the database."),
    "doctor": CommandEntry("commands.doctor", "Set up", "Show where sessions are looked for and how their files fare."),
    "config": CommandEntry("commands.config", "Set up", "Show the settings in force, and where each comes from."),
    "completion": CommandEntry(
        "commands.completion", "Set up", "Print what makes a shell complete ppp-tui: SHELL is bash, zsh or fish."
    ),
}
"""All commands, in the order in which help lists them within their groups."""


def load_command(name: str) -> click.Command:
    """Import and return a command of the table. Raises KeyError for any other name."""
    command: click.Command = getattr(import_module(f"ppp_tui.cli.{COMMANDS[name].module}"), f"{name}_command")
    return command


class LazyGroup(click.Group):
    """A group whose commands are those of `COMMANDS`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if there is none of that name."""
        return load_command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does, with a hint for a mistyped name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}."
            ctx.fail(f"There is no command {args[0]}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by group, without importing them."""
        for group in dict.fromkeys(entry.group for entry in COMMANDS.values()):
            with formatter.section(group):
                formatter.write_dl([(name, entry.sentence) for name, entry in COMMANDS.items() if entry.group == group])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin with what was typed, without importing them, else options."""
        names = [
            CompletionItem(name, help=entry.sentence) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return names if not incomplete.startswith("-") else click.Command.shell_complete(self, ctx, incomplete)
