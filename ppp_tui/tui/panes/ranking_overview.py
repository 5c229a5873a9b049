"""What a large terminal shows beside a ranking: how it hangs on the weights, every run, and the answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from ppp_tui.query.scores.consensus import AgentScore, Ranking
from ppp_tui.text.cells import cut_apart, pad
from ppp_tui.text.format import UNKNOWN, count, signed
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.sparkline import tall_bars
from ppp_tui.tui.widgets.text_lines import TextLine, text_lines
from ppp_tui.tui.widgets.tones import agent_tone

NAME_CELLS, SCORE_CELLS = 11, 7

LEAST_STRIP_ROWS, MOST_STRIP_ROWS = 3, 8
"""Rows of the strip of an agent, by the room there is."""

RUN_BAR = 12

RUN_COLUMNS = (
    Column("agent", "agent", width=10, priority=200),
    Column("run", "run", weight=1, min_width=6, priority=150),
    Column("final", "final", width=6, align="right", priority=190),
    Column("bar", "", width=RUN_BAR, priority=100),
    Column("technical", "tech.", width=6, align="right", priority=140),
    Column("proact", "proact", width=6, align="right", priority=130),
    Column("pers", "pers", width=6, align="right", priority=120),
    Column("questions", "? l·m·h", width=7, align="right", priority=110),
    Column("violations", "!", width=2, align="right", priority=105),
)
"""Columns of the runs of all agents."""


def final_at(agent: AgentScore, technical_weight: float) -> float | None:
    """Return an agent's final score at another weight, from its means; None where one of them is unknown."""
    if agent.technical is None or agent.interaction is None:
        return None
    return technical_weight * agent.technical + (1 - technical_weight) * agent.interaction


def weight_lines(ranking: Ranking, width: int, height: int = 0, *, is_ascii: bool = False) -> list[CellLike]:
    """Return a strip for each agent with its final score from conduct alone to work alone, and who leads where.

    The strips share `height` lines with the two of head and leaders, as far as they can.
    """
    cells = max(8, width - NAME_CELLS - 2 * SCORE_CELLS - 3)
    agents = [agent for agent in ranking.agents if final_at(agent, 0.0) is not None]
    weights = [place / (cells - 1) for place in range(cells)]
    courses = {agent.agent_name: [final_at(agent, weight) or 0.0 for weight in weights] for agent in agents}
    top = max((max(course) for course in courses.values()), default=0.0)
    if not courses or top <= 0:
        return [Cell(" no agent has both scores", "dim")]
    strip_rows = min(MOST_STRIP_ROWS, max(LEAST_STRIP_ROWS, (height - 2) // len(courses)))
    lines: list[CellLike] = [_titled("", "conduct alone", "work alone", cells)]
    shown = cut_apart([plain(name) for name in courses], NAME_CELLS - 1)
    for (name, course), words in zip(courses.items(), shown, strict=True):
        rows = tall_bars([max(0.0, value) for value in course], cells, strip_rows, top, is_ascii=is_ascii)
        for number, row in enumerate(rows, 1):
            is_named = number == strip_rows
            begin, end = (signed(course[0]), f" {signed(course[-1])}") if is_named else ("", "")
            lines.append(
                StyledPieces(
                    (
                        Cell(f" {pad(words if is_named else '', NAME_CELLS)}"),
                        Cell(f"{begin:>{SCORE_CELLS - 1}} "),
                        Cell(pad(row, cells), agent_tone(name)),
                        Cell(end),
                    )
                )
            )
    places = {agent.agent_name: str(place) for place, agent in enumerate(agents, 1)}
    leaders = [max(courses, key=lambda name: courses[name][place]) for place in range(cells)]
    pieces = [Cell(places[name][-1], agent_tone(name)) for name in leaders]
    head = Cell(f" {pad('first, by row', NAME_CELLS + SCORE_CELLS)}", "dim")
    return [*lines, StyledPieces((head, *pieces))]


def _titled(name: str, left: str, right: str, cells: int) -> Cell:
    before = " " * (1 + NAME_CELLS + SCORE_CELLS)
    return Cell(f"{name}{before}{left}{right:>{max(0, cells - len(left))}}", "dim")


def run_lines(ranking: Ranking, *, is_ascii: bool = False) -> list[Line]:
    """Return the runs of all agents as table lines, the best first; a line's key leads to its trajectory."""
    runs = [(agent.agent_name, score) for agent in ranking.agents for score in agent.runs]
    runs.sort(key=lambda entry: -(entry[1].final if entry[1].final is not None else -9.0))
    lines = []
    for place, (name, score) in enumerate(runs):
        technical = score.run.technical.score if score.run.technical else None
        conduct = score.run.conduct
        asked = conduct.questions if conduct else None
        lines.append(
            Line(
                key_to(score.run.trajectory_id or 0, None, place),
                (
                    Cell(name, agent_tone(name)),
                    Cell(score.run.run_id or UNKNOWN, "dim"),
                    Cell(UNKNOWN if score.final is None else f"{score.final:.3f}", "strong"),
                    Cell(solid_bar(score.final, RUN_BAR, is_ascii=is_ascii), agent_tone(name)),
                    UNKNOWN if technical is None else f"{technical:.3f}",
                    signed(score.proactivity),
                    signed(score.personalization),
                    f"{asked.low}·{asked.medium}·{asked.high}" if asked else Cell(UNKNOWN, "dim"),
                    count(conduct.breaches.total) if conduct else Cell(UNKNOWN, "dim"),
                ),
            )
        )
    return lines


def answer_texts(ranking: Ranking, words: Mapping[int, str]) -> list[TextLine]:
    """Return the last words of each agent's newest run that has any, agent by agent; then those of older runs."""
    answers = []
    for agent in ranking.agents:
        answered = [(score.run, words.get(score.run.trajectory_id or 0, "").strip()) for score in agent.runs]
        answers.append([(agent.agent_name, run.run_id, text) for run, text in reversed(answered) if text])
    lines: list[TextLine] = []
    for name, run_id, text in (answer for each in zip_longest(*answers) for answer in each if answer):
        title = plain(" · ".join(part for part in (name, run_id) if part))
        lines += [TextLine(f"{title} answered", "heading"), *text_lines(text), TextLine("")]
    return lines or [TextLine("No answer is kept.", "dim")]
