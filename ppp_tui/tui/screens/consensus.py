"""Consensus: ranking of agents that were given the same task by work and conduct, and the reasons of each score."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from ppp_tui.query.periods import ALL_TIME
from ppp_tui.query.projects import project_labels
from ppp_tui.query.scores.consensus import (
    AgentRun,
    AgentScore,
    Group,
    Profile,
    Ranking,
    RunScore,
    ScoreWeights,
    agent_note,
    group_runs,
    groups_of_specs,
    groups_of_tasks,
    questions_of,
    rank,
    scale_note,
    verdicts_of,
    violations_of,
)
from ppp_tui.query.scores.score_explanations import reasons
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.tui.actions import bindings_for, key_of
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.panes.ranking_answers import RankingAnswers
from ppp_tui.tui.panes.ranking_cells import (
    GROUP_COLUMNS,
    MAX_BAR,
    RANKING_COLUMNS,
    REASON_COLUMNS,
    group_key,
    group_lines,
    ranking_lines,
    reason_lines,
    slider_text,
)
from ppp_tui.tui.panes.ranking_overview import RUN_COLUMNS, run_lines, weight_lines
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.screens.report_screen import ReportScreen
from ppp_tui.tui.widgets.columns import lay_out
from ppp_tui.tui.widgets.guarded import Horizontal, Static, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_painter import GUTTER
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.panel import Panel
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

WEIGHT_STEP = 0.05
"""Amount by which a key changes the weights."""

LIST_EVERY_S = 2.0
"""Seconds between two readings of the list of tasks while the database changes."""

MOST_EXPLAINED = 20
"""Runs of an agent whose questions and violations are listed: its newest."""


class ConsensusScreen(ReportScreen):
    """Screen of tasks: the list, the ranking of the selected task's agents, and the reasons of the selected score."""

    KIND = "consensus"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("consensus"))
    SUBJECT = "sessions"
    LEAST_PERIOD = ALL_TIME

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, Group] = {}
        self._group: Group | None = None
        self._run = ""
        self._runs: Sequence[AgentRun] = ()
        self._weights = ScoreWeights()
        self._profile: Profile = "spec"
        self._ranking: Ranking | None = None
        self._first_ranks: dict[str, int | None] = {}
        """Ranks at the default weights, before the user changed them."""
        self._reasons: Sequence[Line] = ()
        self._next_list: Timer | None = None

    def compose_body(self) -> Iterator[Widget]:
        """Return the three tables and the lines above them."""
        with Horizontal(id="consensus-body"):
            with Vertical(id="consensus-left"):
                yield TopStrip(id="groups-title")
                yield LineTable(GROUP_COLUMNS, id="groups", empty_text="reading…")
                yield Panel("final score by the weight of work", is_ascii=self.ppp.ports.is_ascii, id="by-weight")
                yield LineTable(RUN_COLUMNS, id="runs", classes="rule-top", empty_text="")
            with Vertical(id="consensus-right", classes="rule-left"):
                yield TopStrip(id="ranking-title")
                yield TopStrip(id="weights")
                yield LineTable(RANKING_COLUMNS, id="ranking", empty_text="")
                yield TopStrip(id="reasons-title", classes="rule-top")
                yield LineTable(REASON_COLUMNS, id="reasons", empty_text="")
                yield Static("", id="sentence", classes="rule-top", markup=False)
                yield RankingAnswers(self.ppp.ports, id="answers", classes="rule-top")

    def on_mount(self) -> None:
        """Read the tasks."""
        super().on_mount()
        self._profile = score_settings(self.ppp.ports.settings).profile
        self.groups.focus()
        self.read()

    groups = WidgetPart(LineTable, "groups")
    """The table of tasks."""

    ranking = WidgetPart(LineTable, "ranking")
    """The table of agents."""

    def reload(self) -> None:
        """Read the tasks again, which may have changed while another screen was shown."""
        if self._groups:
            self.read()

    def database_changed(self, event: DatabaseChanged) -> None:
        """Rank the shown runs again if one of them changed; read the long list of tasks every `LIST_EVERY_S`."""
        if any(event.concerns(run.trajectory_id) for run in self._runs if run.trajectory_id is not None):
            self.read_group()
        if self._next_list is None:
            self._next_list = self.set_timer(LIST_EVERY_S, self._read_list)

    def _read_list(self) -> None:
        self._next_list = None
        self.read()

    @work(exclusive=True, group="groups")
    @read_or_report
    async def read(self) -> None:
        """Read the tasks again, then the one under the cursor."""
        fetch = self.ppp.ports.database.fetch
        await self.read_data_span()
        specs = self._within(await fetch(groups_of_specs()))
        tasks = self._within(await fetch(groups_of_tasks()))
        labels = await fetch(project_labels())
        if not self.is_attached:
            return
        self._groups = {group_key(group): group for group in (*specs, *tasks)}
        self.query_one("#groups-title", TopStrip).set_parts([StripPart(f" {self.period_text()}", "dim")])
        self.groups.set_empty_text("none" if self.data is not None else "none yet")
        if not self._groups:
            self.ranking.set_empty_text(self.empty_text("No task was given to several agents"))
            self.query_one("#reasons", LineTable).set_empty_text("Give two agents the same prompt, or log a spec.")
            self.ranking.show_lines([], is_other_list=True)
        self.groups.show_lines(group_lines(specs, tasks, self.ppp.ports.zone, labels))
        self.read_group()

    def _within(self, groups: Sequence[Group]) -> list[Group]:
        """Return the groups that were at work within the period; of all time those without a time, too."""
        low_ms, high_ms = self.bounds
        return [group for group in groups if self.period == ALL_TIME or low_ms <= group.last_at < high_ms]

    def period_changed(self) -> None:
        """List the tasks of the new period."""
        self._group = None
        self.read()

    def focus_main(self) -> None:
        """Put the focus on the tasks."""
        self.groups.focus()

    @on(LineTable.Highlighted, "#groups")
    def _group_highlighted(self) -> None:
        group = self._groups.get(str(self.groups.cursor_key))
        if group is not None and (self._group is None or group_key(group) != group_key(self._group)):
            self.read_group()

    @work(exclusive=True, group="ranking")
    @read_or_report
    async def read_group(self) -> None:
        """Read the runs of the task under the cursor, and rank them."""
        before, self._group = self._group, self._groups.get(str(self.groups.cursor_key))
        if self._group is None:
            return
        scoring = score_settings(self.ppp.ports.settings)
        if before is None or group_key(before) != group_key(self._group):
            self._run, self._weights = "", scoring.weights(self._group.stage)
        key = self._group.key._replace(run_id=self._run or None)
        self._runs = await self.ppp.ports.database.fetch(group_runs(key, scoring.technical))
        if not self.is_attached:
            return
        await self._rank()

    async def _rank(self) -> None:
        """Rank the runs at the current weights, in a thread: bootstrap samples of many runs take long."""
        is_enabled = score_settings(self.ppp.ports.settings).is_enabled
        self._ranking = await asyncio.to_thread(rank, self._runs, self._weights, self._profile, is_enabled=is_enabled)
        if not self.is_attached:
            return
        if self._group is not None and self._weights == score_settings(self.ppp.ports.settings).weights(
            self._group.stage
        ):
            self._first_ranks = {agent.agent_name: agent.rank for agent in self._ranking.agents}
        self.ranking.set_empty_text("no agent has a run here")
        self._show_ranking()
        self._show_title()
        self.read_reasons()
        if self.is_large:
            self._show_overview(self._ranking)

    def _show_overview(self, ranking: Ranking) -> None:
        """Show what a large terminal has room for: the way of the weights, every run, and the answers."""
        is_ascii = self.ppp.ports.is_ascii
        strips = self.query_one("#by-weight", Panel)
        # The rule above takes a line.
        strips.set_lines_for(lambda width: weight_lines(ranking, width, strips.size.height - 1, is_ascii=is_ascii))
        self.query_one("#runs", LineTable).show_lines(run_lines(ranking, is_ascii=is_ascii))
        self.query_one(RankingAnswers).show_ranking(ranking)

    @on(LineTable.Refitted, "#ranking")
    def _show_ranking(self) -> None:
        """Draw the ranking, with bars as wide as there is room."""
        table = self.ranking
        if self._ranking is None:
            return
        widths = lay_out(RANKING_COLUMNS, table.body_width - GUTTER, 2)
        cells = min(MAX_BAR, widths[[column.key for column in RANKING_COLUMNS].index("bar")])
        table.show_lines(
            ranking_lines(
                self._ranking,
                cells=max(1, cells),
                earlier_ranks=self._first_ranks,
                is_ascii=self.ppp.ports.is_ascii,
            )
        )

    def on_resize(self, event: Resize) -> None:
        """Show the overview where there is room for it now."""
        super().on_resize(event)
        if self.is_large and self._ranking is not None:
            self._show_overview(self._ranking)

    @work(exclusive=True, group="ranking")
    async def rank_again(self) -> None:
        """Rank the same runs at other weights."""
        await self._rank()

    def _show_title(self) -> None:
        group, ranking = self._group, self._ranking
        if group is None or ranking is None:
            return
        name = " · ".join(part for part in (group.title, group.stage, self._run or "all runs") if part)
        left = [StripPart(f" {name}", "heading")]
        if note := scale_note(ranking):
            left.append(StripPart(note, "notice"))
        self.query_one("#ranking-title", TopStrip).set_parts(left, [StripPart(f"profile {self._profile} ", "dim")])
        slider = slider_text(self._weights.technical, is_ascii=self.ppp.ports.is_ascii)
        keys = f"{key_of('more_interaction').split()[0]} {key_of('more_technical').split()[0]} move it "
        self.query_one("#weights", TopStrip).set_parts([StripPart(f" {slider}", "accent")], [StripPart(keys, "dim")])

    @on(LineTable.Highlighted, "#ranking")
    def _agent_highlighted(self) -> None:
        self.read_reasons()

    @property
    def agent(self) -> AgentScore | None:
        """The agent under the cursor, None if there is none."""
        name = self.ranking.cursor_key
        agents = self._ranking.agents if self._ranking is not None else ()
        return next((agent for agent in agents if agent.agent_name == name), None)

    @work(exclusive=True, group="reasons")
    @read_or_report
    async def read_reasons(self) -> None:
        """Read the reasons of the score of the agent under the cursor."""
        agent, table = self.agent, self.query_one("#reasons", LineTable)
        if agent is None:
            table.show_lines([], is_other_list=True)
            return
        lines: list[Line] = []
        for score in agent.runs[:MOST_EXPLAINED]:
            if score.run.trajectory_id is not None:
                lines += await self._reasons_of(score, len(agent.runs))
        if not self.is_attached:
            return
        table.set_empty_text("no questions, violations or verdicts")
        self._reasons = lines
        table.show_lines(lines)
        self._show_reason()
        parts = [StripPart(f" why {agent.agent_name} has {_figures(agent)}", "heading")]
        if note := agent_note(agent):
            parts.append(StripPart(note, "notice"))
        self.query_one("#reasons-title", TopStrip).set_parts(parts)

    @on(LineTable.Highlighted, "#reasons")
    def _show_reason(self) -> None:
        """Show the reason under the cursor in full."""
        self.show_row(self.query_one("#reasons", LineTable), self._reasons)

    async def _reasons_of(self, score: RunScore, runs: int) -> list[Line]:
        fetch = self.ppp.ports.database.fetch
        trajectory_id = score.run.trajectory_id or 0
        is_enabled = score_settings(self.ppp.ports.settings).is_enabled
        score_reasons = (
            reasons(
                await fetch(questions_of(trajectory_id)),
                await fetch(violations_of(trajectory_id)),
                await fetch(verdicts_of(trajectory_id)),
                self._profile,
                score.run.conduct,
            )
            if is_enabled
            else []
        )
        lines = reason_lines(score_reasons, trajectory_id)
        if runs > 1 and lines:
            title = Cell(f"run {score.run.run_id or trajectory_id}", "heading")
            lines.insert(0, Line(f"run {trajectory_id}", (title,), is_heading=True))
        return lines

    # Keys

    @on(LineTable.Selected, "#groups")
    def _group_selected(self) -> None:
        self.ranking.focus()

    @on(LineTable.Selected, "#ranking")
    def _agent_selected(self) -> None:
        self.query_one("#reasons", LineTable).focus()

    @on(LineTable.Selected, "#runs")
    @on(LineTable.Selected, "#reasons")
    def _reason_selected(self, event: LineTable.Selected) -> None:
        self.open_row(event.key)

    def action_open_row(self) -> None:
        """Go from the task to its ranking, to the reasons of a score, to the turn."""
        focused = self.focused
        (focused if isinstance(focused, LineTable) else self.groups).action_select()

    def action_more_technical(self) -> None:
        """Raise the weight of technical quality."""
        self._weigh(WEIGHT_STEP)

    def action_more_interaction(self) -> None:
        """Raise the weight of conduct."""
        self._weigh(-WEIGHT_STEP)

    def _weigh(self, step: float) -> None:
        if self._tells_no_ranking():
            return
        technical = round(min(1.0, max(0.0, self._weights.technical + step)), 2)
        self._weights = ScoreWeights(technical, round(1 - technical, 2))
        self.rank_again()

    def _tells_no_ranking(self) -> bool:
        """Return whether there is no ranking; if so, show a hint on what would make one."""
        if self._group is None:
            self.notify("No agents were given the same task here: there is no ranking yet.", timeout=3)
        return self._group is None

    def action_next_profile(self) -> None:
        """Switch to the other scoring profile."""
        if self._tells_no_ranking():
            return
        self._profile = "paper" if self._profile == "spec" else "spec"
        self.rank_again()

    def action_next_run(self) -> None:
        """Show the next run of the task alone; after the last, all runs again."""
        if self._group is None or not self._group.runs:
            self.notify("These sessions belong to no run with a name.", timeout=2)
            return
        names = ("", *self._group.runs)
        run_index = names.index(self._run) if self._run in names else 0
        self._run = names[(run_index + 1) % len(names)]
        self.read_group()


def _figures(agent: AgentScore) -> str:
    parts = []
    for name, value in (("R_Proact", agent.proactivity), ("R_Pers", agent.personalization)):
        parts.append(f"{name} {value:+.2f}".replace("-", "−") if value is not None else f"no {name}")
    return ", ".join(parts)
