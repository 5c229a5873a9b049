"""Trajectories side by side as table lines: one per measure with the best marked, and aligned turns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ppp_tui.model.event_values import StepKind
from ppp_tui.query.rows import TurnSummary
from ppp_tui.query.scores.compare import (
    AlignedTurns,
    Metric,
    RunFigures,
    metrics,
)
from ppp_tui.query.scores.compared_groups import BETTER, SECTIONS, title_of, value_text
from ppp_tui.query.scores.consensus import Profile
from ppp_tui.query.scores.step_kinds import KindCount
from ppp_tui.text.format import UNKNOWN, count, duration
from ppp_tui.text.units import apart_text
from ppp_tui.tui.panes.session_cells import spend_text, titled, tokens_text
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces

SAME_PROMPT = 12
"""Width of the note beside aligned turns that have the same prompt."""

MEASURE = 32
"""Width of the column of measures."""


def side_columns(number: int, name_width: int = MEASURE) -> tuple[Column, ...]:
    """Return a column for the name of a line and one for each of so many trajectories, at most four."""
    sides = tuple(
        Column(f"side{place}", "ABCD"[place], weight=2, min_width=11, priority=180 - place) for place in range(number)
    )
    return (Column("metric", "", width=name_width, priority=200), *sides)


def metric_lines(
    sessions: Sequence[RunFigures],
    profile: Profile,
    *,
    is_enabled: bool = True,
    bar_cells: int = 0,
    is_shared: bool = False,
) -> list[Line]:
    """Return agents, then every measure by section, as table lines; differences are to the first trajectory."""
    by_name = {metric.name: metric for metric in metrics(is_enabled=is_enabled)}
    lines = [
        Line("agent", (Cell("agent", "dim"), *(Cell(figures.run.agent_name, "strong") for figures in sessions))),
        Line("title", (Cell("session", "dim"), *(titled(figures.title, is_shared=is_shared) for figures in sessions))),
        Line("model", (Cell("model", "dim"), *(Cell(figures.model or UNKNOWN, "dim") for figures in sessions))),
    ]
    for title, names in SECTIONS.items():
        lines.append(Line(title, (Cell(title, "heading"),), is_heading=True))
        lines += [_metric(by_name[name], sessions, profile, bar_cells) for name in names if name in by_name]
    return lines


def _metric(metric: Metric, sessions: Sequence[RunFigures], profile: Profile, bar_cells: int) -> Line:
    values = [metric.value(figures, profile) for figures in sessions]
    texts = [_text(metric, figures, value) for figures, value in zip(sessions, values, strict=True)]
    best = best_of(metric.name, values, texts)
    top = max((value for value in values if value is not None), default=0.0)
    cells: list[CellLike] = []
    for place, (value, shown) in enumerate(zip(values, texts, strict=True)):
        mark = Cell("✓ ", "good") if place in best else Cell("  ")
        parts = [mark, Cell(shown, "strong" if place in best else "text")]
        is_bound = shown.startswith("≥") or texts[0].startswith("≥")
        if place and value is not None and values[0] is not None and shown != texts[0] and not is_bound:
            parts.append(Cell(f"  {apart_text(value - values[0], metric.unit)}", "dim"))
        if bar_cells:
            parts = _with_bar(parts, value, top, bar_cells)
        cells.append(StyledPieces(tuple(parts)))
    return Line(metric.name, (Cell(title_of(metric), "dim"), *cells))


KIND_TITLES: Mapping[StepKind, str] = {
    "shell": "commands",
    "read": "files read",
    "edit": "changes of files",
    "search": "searches",
    "web": "looks at the web",
    "subagent": "sub-agents started",
    "ask": "questions by a tool",
    "plan": "plans written",
    "mcp": "calls of MCP tools",
    "tool": "calls of other tools",
    "compaction": "compactions",
}
"""What a kind of step is called in a comparison; messages and thoughts are not compared."""


def kind_lines(
    ids: Sequence[int], counts: Mapping[int, Mapping[StepKind, KindCount]], bar_cells: int = 0
) -> list[Line]:
    """Return how often each trajectory did what as table lines, with the failures; empty where nothing was done."""
    lines = [Line("what it did", (Cell("what it did", "heading"),), is_heading=True)]
    for kind, title in KIND_TITLES.items():
        values = [counts.get(identity, {}).get(kind, KindCount(0, 0)) for identity in ids]
        top = max((value.steps for value in values), default=0)
        if not top:
            continue
        cells: list[CellLike] = []
        for value in values:
            failed = f"  ✕{count(value.failed)}" if value.failed else ""
            parts = [Cell("  "), Cell(count(value.steps)), Cell(failed, "notice")]
            cells.append(StyledPieces(tuple(_with_bar(parts, value.steps, top, bar_cells) if bar_cells else parts)))
        lines.append(Line(f"did {kind}", (Cell(title, "dim"), *cells)))
    return lines if len(lines) > 1 else []


def _with_bar(parts: list[Cell], value: float | None, top: float, cells: int) -> list[Cell]:
    """Put a bar before the text of a cell; the greatest value of the measure fills it, a negative one has none."""
    ratio = value / top if value is not None and value > 0 and top > 0 else None
    return [Cell(f"{solid_bar(ratio, cells)} ", parts[0].tone if parts[0].tone == "good" else "accent"), *parts]


def _text(metric: Metric, figures: RunFigures, value: float | None) -> str:
    """Return a value with its certainty sign: `~` for tokens that a program stated, `≥` for a lower bound."""
    of_spend = {"cost": spend_text, "tokens": tokens_text}.get(metric.name)
    if of_spend is not None:
        return of_spend(figures.spend)
    mark = "≥" if metric.name == "wall_ms" and value is not None and figures.is_wall_lower_bound else ""
    return mark + value_text(value, metric)


def best_of(name: str, values: Sequence[float | None], texts: Sequence[str]) -> set[int]:
    """Return the indexes of the best values of a measure, of those that are known.

    Values whose `texts` are the same read as equal. None is best where all are equal, only one is
    known, no way is better, or the least is a lower bound: it may not be the least.
    """
    better = BETTER.get(name)
    known_places = [place for place, value in enumerate(values) if value is not None]
    if better is None or len(known_places) < 2 or len({texts[place] for place in known_places}) == 1:
        return set()
    top = (max if better == "more" else min)(known_places, key=lambda place: values[place] or 0.0)
    return set() if texts[top].startswith("≥") else {place for place in known_places if texts[place] == texts[top]}


def turn_lines(lines: Sequence[AlignedTurns]) -> list[Line]:
    """Return aligned turns as table lines, shared prompts marked; a line's key is the id of its first turn."""
    return [
        Line(
            next(turn.id for turn in aligned.turns if turn is not None),
            (
                Cell("same prompt" if aligned.is_same_prompt else "", "accent"),
                *(_turn(turn) if turn is not None else Cell(UNKNOWN, "dim") for turn in aligned.turns),
            ),
        )
        for aligned in lines
        if any(turn is not None for turn in aligned.turns)
    ]


def _turn(turn: TurnSummary) -> StyledPieces:
    asked = turn.efforts.total
    wrong = turn.failed_steps + turn.retries
    marks = f"  ?{asked}" if asked else ""
    return StyledPieces(
        (
            Cell(f"{turn.number} ", "dim"),
            Cell(f"{duration(turn.wall_ms)}  {tokens_text(turn.spend)}"),
            Cell(marks, "effort-high" if turn.efforts.high else "dim"),
            Cell(f"  ✕{wrong}" if wrong else "", "notice"),
            Cell(f"  {' '.join(turn.headline.split())}", "dim"),
        )
    )
