"""The scores of a session: short for titles, and as a page with the reasons of each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.model.evaluation import EvaluationVerdict
from ppp_tui.query.pool import Fetch
from ppp_tui.query.scores.compare import RunFigures, run_figures
from ppp_tui.query.scores.consensus import questions_of, verdicts_of, violations_of
from ppp_tui.query.scores.evaluations import TITLES, EvaluationLine, evaluations_of
from ppp_tui.query.scores.score_explanations import Part, Reason, reasons
from ppp_tui.query.scores.score_settings import ScoreSettings
from ppp_tui.query.scores.scores import interaction, interaction_scores
from ppp_tui.text.format import count, signed
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.ranking_cells import KIND_TONES
from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.tones import Tone

_BASES = {
    "stated": "as the program stated it",
    "artifact": "from how complete its artifact is",
    "work": "from its last test run, its failed steps, and how it ended",
}


VERDICT_TONES: Mapping[EvaluationVerdict, Tone] = {
    "good": "good",
    "mixed": "notice",
    "bad": "removed",
    "unknown": "dim",
}
"""Tones of verdicts; the verdict's word says the same."""


class Judged(NamedTuple):
    """The figures of a session with the reasons of its scores."""

    measured: RunFigures
    reasons: Sequence[Reason]
    evaluations: Sequence[EvaluationLine] = ()


async def read_judged(fetch: Fetch, trajectory_id: int, scoring: ScoreSettings) -> Judged | None:
    """Read the figures and reasons of a session's scores; None if there is no such session. Raises QueryFailedError."""
    figures = await fetch(run_figures([trajectory_id], scoring.technical))
    if not figures:
        return None
    explained = reasons(
        await fetch(questions_of(trajectory_id)),
        await fetch(violations_of(trajectory_id)),
        await fetch(verdicts_of(trajectory_id)),
        scoring.profile,
        figures[0].run.conduct,
    )
    return Judged(figures[0], explained, await fetch(evaluations_of(trajectory_id)))


def score_parts(figures: RunFigures | None, scoring: ScoreSettings, *, is_brief: bool = False) -> list[StripPart]:
    """Return both scores, or with `is_brief` their sum: ``R −0.45 spec``; empty without turns or if scores are off."""
    is_scored = figures is not None and scoring.is_enabled
    proact, pers = (
        interaction_scores(figures.run.conduct, scoring.profile) if figures is not None and is_scored else (None, None)
    )
    total = interaction(proact, pers)
    if total is None:
        return []
    tone: Tone = "notice" if total < 0 else "text"
    shown = signed(total) if is_brief else f"proact {signed(proact)} pers {signed(pers)}"
    return [StripPart(f"R {shown}", tone), StripPart(scoring.profile, "dim")]


def score_lines(judged: Judged | None, scoring: ScoreSettings) -> list[TextLine]:
    """Return the page of scores as lines: those of conduct, the technical one, and evaluations with their turns."""
    if judged is None:
        return [TextLine("Without a turn there is nothing to score.", "dim")]
    return [*_score_lines(judged, scoring), *_evaluation_lines(judged.evaluations)]


def _evaluation_lines(evaluations: Sequence[EvaluationLine]) -> list[TextLine]:
    lines: list[TextLine] = []
    for line in evaluations:
        score = "" if line.score is None else f" {line.score:.2f}"
        title = f"{TITLES.get(line.name, line.name)}: {line.verdict}{score}"
        lines += [TextLine(""), TextLine(plain(title), VERDICT_TONES[line.verdict])]
        lines.append(TextLine(plain(f"  {line.reason}  ({line.method})"), "dim", indent=2))
        for turn, text in line.evidence:
            where = "" if turn is None else f"turn {count(turn)}  "
            lines.append(TextLine(f"  {where}{plain(' '.join(text.split()))}", indent=9))
    return lines


def _score_lines(judged: Judged, scoring: ScoreSettings) -> list[TextLine]:
    profile, run = scoring.profile, judged.measured.run
    technical = run.technical
    basis = f"technical score {technical.score:.2f}, {_BASES[technical.basis]}" if technical is not None else run.lack
    if not scoring.is_enabled:
        return [TextLine("ppp.enabled is false: the technical score alone.", "dim"), TextLine(""), TextLine(basis)]
    proact, pers = interaction_scores(run.conduct, profile)
    if proact is None:
        return [TextLine("Without a turn there is nothing to score.", "dim"), TextLine(""), TextLine(basis)]
    lines = [TextLine(f"by the formulas of the profile {profile}, for the whole session", "dim"), TextLine("")]
    silence = "it asked nothing that is harder than a choice"
    if profile == "paper" and run.conduct is not None and not run.conduct.asks.total:
        silence = "it asked nothing: the paper rewards easy questions, not silence"
    lines += _figure("R_Proact", proact, judged.reasons, silence)
    kept = "no preference was seen to be broken" if pers is not None else "no preference of yours was checked"
    lines += _figure("R_Pers", pers, judged.reasons, kept)
    return [*lines, TextLine(basis)]


def _figure(part: Part, value: float | None, explained: Sequence[Reason], otherwise: str) -> list[TextLine]:
    mine = [reason for reason in explained if reason.part == part]
    lines = [TextLine(f"{part} {signed(value)}", "strong")]
    if not any(reason.value for reason in mine):
        lines.append(TextLine(f"  {otherwise}", "dim"))
    for reason in mine:
        where = f"  turn {count(reason.turn_number)}" if reason.turn_number is not None else ""
        adds = signed(reason.value) if reason.value else " 0.00"
        text = plain(" ".join(reason.text.split())) or "(text not kept)"
        lines.append(TextLine(f"  {adds}  {reason.kind}{where}  {text}", KIND_TONES.get(reason.kind, "text"), indent=9))
        lines.append(TextLine(plain(f"         {reason.rule}"), "dim", indent=9))
    return [*lines, TextLine("")]
