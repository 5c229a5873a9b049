"""The scores of a session: in a few words for titles, and as a page that tells what each figure comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.query.compare import Measured, measured
from ppp_tui.query.consensus import Profile, questions_of, verdicts_of, violations_of
from ppp_tui.query.pool import Fetch
from ppp_tui.query.reasons import Part, Reason, reasons
from ppp_tui.query.score_settings import ScoreSettings
from ppp_tui.query.scores import both
from ppp_tui.tui.format import UNKNOWN, count, plain, signed
from ppp_tui.tui.panes.ranking_cells import KIND_TONES
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.top_strip import StripPart

_BASES = {
    "stated": "stated by the program", "artifact": "how complete its artifact is",
    "work": "its last test run, its failed steps, and how it ended",
}  # fmt: skip


class Judged(NamedTuple):
    """A session's figures with what they come from."""

    measured: Measured
    reasons: Sequence[Reason]


async def read_judged(fetch: Fetch, trajectory_id: int, scoring: ScoreSettings) -> Judged | None:
    """Read what the scores of a session come from; None if it is not there. Raises QueryFailedError."""
    found = await fetch(measured([trajectory_id], scoring.technical))
    if not found:
        return None
    told = reasons(
        await fetch(questions_of(trajectory_id)), await fetch(violations_of(trajectory_id)),
        await fetch(verdicts_of(trajectory_id)), scoring.profile,
    )  # fmt: skip
    return Judged(found[0], told)


def score_parts(one: Measured | None, profile: Profile, *, is_brief: bool = False) -> list[StripPart]:
    """Both figures in a few words, or their sum: ``R −0.45 spec``; nothing for a session without turns."""
    proact, pers = both(one.run.conduct, profile) if one is not None else (None, None)
    if proact is None or pers is None:
        return []
    tone: Tone = "notice" if proact + pers < 0 else "text"
    told = signed(proact + pers) if is_brief else f"proact {signed(proact)} pers {signed(pers)}"
    return [StripPart(f"R {told}", tone), StripPart(profile, "dim")]


def score_lines(judged: Judged | None, profile: Profile) -> list[TextLine]:
    """The page of scores."""
    proact, pers = both(judged.measured.run.conduct, profile) if judged is not None else (None, None)
    if judged is None or proact is None or pers is None:
        return [TextLine("Without a turn there is nothing to score.", "dim")]
    lines = [TextLine(f"by the formulas of the profile {profile}, for the whole session", "dim"), TextLine("")]
    lines += _figure("R_Proact", proact, judged.reasons, "it asked nothing that is harder than a choice")
    lines += _figure("R_Pers", pers, judged.reasons, "no preference was seen to be broken")
    technical = judged.measured.run.technical
    told = UNKNOWN if technical is None else f"{technical.score:.2f}, from {_BASES[technical.basis]}"
    return [*lines, TextLine(f"technical score {told}")]


def _figure(part: Part, value: float, found: Sequence[Reason], otherwise: str) -> list[TextLine]:
    mine = [reason for reason in found if reason.part == part]
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
