"""A ranking as table lines: each agent's final score with its parts, and the reasons of a score. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.scores.consensus import AgentScore, Group, Ranking
from ppp_tui.query.scores.score_explanations import Reason
from ppp_tui.text.format import UNKNOWN, count, date_time, percent, signed
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.tones import Tone, agent_tone

MIN_BAR, MAX_BAR = 14, 80
"""Minimum and maximum width of the bar of a score of 1."""

SLIDER_CELLS = 21
"""Width of the slider between both weights."""

GROUP_COLUMNS = (
    Column("title", "task", weight=3, min_width=14, priority=200),
    Column("stage", "stage", width=9, priority=120),
    Column("agents", "agents", width=6, align="right", priority=150),
    Column("runs", "runs", width=4, align="right", priority=90),
    Column("last", "last", width=16, priority=60),
)
"""Columns of the list of tasks."""

RANKING_COLUMNS = (
    Column("rank", "#", width=3, align="right", priority=195),
    Column("moved", "", width=2, priority=185),
    Column("agent", "agent", width=10, priority=200),
    Column("final", "final", width=6, align="right", priority=190),
    Column("bar", "work, conduct", weight=1, min_width=MIN_BAR, priority=145),
    Column("spread", "±", width=5, align="right", priority=80),
    Column("technical", "tech.", width=5, align="right", priority=150),
    Column("basis", "basis", width=8, priority=140),
    Column("proact", "proact", width=6, align="right", priority=170),
    Column("pers", "pers", width=6, align="right", priority=160),
    Column("first", "first", width=5, align="right", priority=110),
    Column("runs", "runs", width=4, align="right", priority=70),
)
"""Columns of the ranking."""

REASON_COLUMNS = (
    Column("value", "adds", width=6, align="right", priority=200),
    Column("kind", "what", width=14, priority=190),
    Column("text", "why", weight=3, min_width=20, priority=195),
    Column("rule", "decided by", width=12, priority=60),
    Column("turn", "turn", width=4, align="right", priority=150),
)
"""Columns of the reasons of a score."""

KIND_TONES: Mapping[str, Tone] = {
    "low": "effort-low",
    "medium": "effort-medium",
    "high": "effort-high",
    "minor": "severity-minor",
    "major": "severity-major",
    "critical": "severity-critical",
    "kept": "good",
    "violated": "notice",
    "silence": "notice",
}
"""Tones of efforts, severities and verdicts."""


def group_lines(specs: Sequence[Group], tasks: Sequence[Group], zone: tzinfo, labels: Labels = NO_LABELS) -> list[Line]:
    """Return specifications, and tasks given to several sessions, as table lines; a line's key is `group_key`."""
    lines: list[Line] = []
    given = [group for group in tasks if not _is_command(group.title)]
    parts = (
        ("specifications", [group for group in specs if group.is_consensus]),
        ("same project, same prompt", [group for group in given if group.is_consensus]),
        ("one agent alone", [group for group in (*specs, *given) if not group.is_consensus]),
    )
    for title, groups in parts:
        if groups:
            lines.append(Line(title, (Cell(title, "heading"), Cell(count(len(groups)), "dim")), is_heading=True))
            lines += [_group(group, zone, labels) for group in groups]
    return lines


def _is_command(title: str) -> bool:
    """Return whether a prompt is a command of the agent's own, such as ``/clear``, and so no task."""
    return title.startswith("/") and " " not in title.strip() and "/" not in title[1:]


def group_key(group: Group) -> str:
    """Return the key of a group, the same at every reading."""
    return f"{group.key.spec_id}\0{group.stage}\0{group.key.task_key}"


def _group(group: Group, zone: tzinfo, labels: Labels) -> Line:
    title = f"{folder(group.project, labels)}: {group.title}" if group.project else group.title
    return Line(
        group_key(group),
        (
            title,
            Cell(group.stage, "dim"),
            count(len(group.agents)),
            Cell(count(group.trajectories), "dim"),
            Cell(date_time(group.last_at or None, zone, seconds=False), "dim"),
        ),
    )


def ranking_lines(
    ranking: Ranking,
    *,
    cells: int = MIN_BAR,
    earlier_ranks: Mapping[str, int | None] = MappingProxyType({}),
    is_ascii: bool = False,
) -> list[Line]:
    """Return agents as table lines, the best first, with changes of rank; a line's key is the agent's name."""
    return [
        _agent(agent, cells, earlier_ranks.get(agent.agent_name, agent.rank), is_ascii=is_ascii)
        for agent in ranking.agents
    ]


def moved_cell(rank: int | None, earlier: int | None, *, is_ascii: bool = False) -> Cell:
    """Return by how many places an agent moved: ``▲1``, ``▼2``; empty if it stayed."""
    if rank is None or earlier is None or rank == earlier:
        return Cell("")
    up, down = ("^", "v") if is_ascii else ("▲", "▼")
    return Cell(f"{up}{earlier - rank}", "good") if rank < earlier else Cell(f"{down}{rank - earlier}", "removed")


def slider_text(technical: float, *, is_ascii: bool = False) -> str:
    """Return both weights with a slider in between: ``interaction 0.30 ├─────────────●──────┤ 0.70 technical``.

    The nearer to a word, the more that counts.
    """
    left, line, knob, right = ("[", "-", "o", "]") if is_ascii else ("├", "─", "●", "┤")
    place = round(technical * (SLIDER_CELLS - 1))
    bar = line * place + knob + line * (SLIDER_CELLS - 1 - place)
    return f"interaction {1 - technical:.2f} {left}{bar}{right} {technical:.2f} technical"


def _agent(agent: AgentScore, cells: int, earlier: int | None, *, is_ascii: bool) -> Line:
    spread = agent.interval
    half = None if spread is None else (spread.high - spread.low) / 2
    return Line(
        agent.agent_name,
        (
            count(agent.rank),
            moved_cell(agent.rank, earlier, is_ascii=is_ascii),
            Cell(agent.agent_name, agent_tone(agent.agent_name)),
            Cell(_score(agent.final), "strong"),
            score_bar(agent, cells, is_ascii=is_ascii),
            Cell(UNKNOWN if half is None else f"±{half:.2f}", "dim"),
            _score(agent.technical),
            Cell(" ".join(agent.bases) or "none", "dim"),
            _signed(agent.proactivity),
            _signed(agent.personalization),
            UNKNOWN if agent.chance_first is None else percent(agent.chance_first),
            Cell(count(len(agent.runs)), "dim"),
        ),
    )


def score_bar(agent: AgentScore, cells: int = MIN_BAR, *, is_ascii: bool = False) -> CellLike:
    """Return the final score as a bar, to an eighth of a cell, with what conduct added to it or took away."""
    technical, moved = agent.technical_part or 0.0, agent.interaction_part or 0.0
    tone = agent_tone(agent.agent_name)
    final = solid_bar(max(0.0, technical + moved), cells, is_ascii=is_ascii).rstrip()
    if moved > 0 and final:
        added = min(len(final), max(1, round(moved * cells)))
        return StyledPieces((Cell(final[:-added], tone), Cell(final[-added:], "good")))
    lost = max(0, min(cells, round(technical * cells)) - len(final))
    if moved < 0 and technical > 0 and not lost and len(final) < cells:
        lost = 1
    return StyledPieces((Cell(final, tone), Cell(("-" if is_ascii else "░") * lost, "removed")))


def reason_lines(reasons: Sequence[Reason], trajectory_id: int) -> list[Line]:
    """Return the reasons of a trajectory's scores as table lines."""
    return [
        Line(
            key_to(trajectory_id, reason.turn_number, place),
            (
                Cell(signed(reason.value), "notice" if reason.value < 0 else "dim"),
                Cell(f"{'?' if reason.part == 'R_Proact' else '!'} {reason.kind}", KIND_TONES.get(reason.kind, "dim")),
                " ".join(reason.text.split()) or Cell("(text not kept)", "dim"),
                Cell(reason.rule, "dim"),
                Cell(count(reason.turn_number), "dim"),
            ),
        )
        for place, reason in enumerate(reasons)
    ]


def _score(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}".replace("-", "−")


def _signed(value: float | None) -> Cell:
    return Cell(signed(value), "notice" if value is not None and value < 0 else "text")
