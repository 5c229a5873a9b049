"""``ppp-tui consensus``: which agent did best on a specification, stage by stage, and why."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any, get_args

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.provisional import pending_fields
from ppp_tui.cli.report.report import Report, ReportField, emit, field_names, fields_help, report_lines
from ppp_tui.cli.report.terminal import paint
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.scores.consensus import (
    AgentScore,
    Group,
    Profile,
    Ranking,
    ScoreWeights,
    WeightsError,
    agent_note,
    group_runs,
    groups_of_specs,
    rank,
    scale_note,
    validate_weights,
)
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.scoring.ranking.technical import stage_name
from ppp_tui.text.sanitize import plain

MOST_NAMES = 20
"""Specifications that a message lists where the wanted one is missing."""


def _figure(value: float) -> str:
    return f"{value:.3f}"


def _interval(bounds: list[float]) -> str:
    return " to ".join(map(_figure, bounds))


_AGENT = (
    ReportField("rank", "rank"),
    ReportField("agent", "agent", trim="end"),
    ReportField("final", "final", _figure),
    ReportField("technical", "technical", _figure),
    ReportField("basis", "basis", trim="end", rank=3),
    ReportField("r_proact", "r_proact", _figure),
    ReportField("r_pers", "r_pers", _figure),
    ReportField("low_questions", "low", rank=5, old_name="low"),
    ReportField("medium_questions", "medium", rank=5, old_name="medium"),
    ReportField("high_questions", "high", rank=4, old_name="high"),
    ReportField("violations", "violations"),
    ReportField("runs", "runs", rank=6),
    ReportField("interval", "interval", _interval, rank=2),
    ReportField("first", "first", _figure, rank=1),
)
_CSV = (
    *(ReportField(name, name) for name in ("spec", "stage", "profile", "scale")),
    *_AGENT,
    ReportField("note", "note"),
)
_RANKING = tuple(
    ReportField(name, name)
    for name in ("spec", "stage", "profile", "weights", "scale", "best", "confidence", "note", "agents")
)


def _weights(_context: click.Context, _parameter: click.Parameter, text: str | None) -> ScoreWeights | None:
    """Read weights such as 0.7,0.3. Raises click.BadParameter."""
    if text is None:
        return None
    try:
        technical, interaction = (float(part) for part in text.split(","))
        return validate_weights(technical, interaction)
    except WeightsError as error:
        raise click.BadParameter(f"{text} {error}.") from error
    except ValueError as error:
        message = f"{text} is not of the form 0.7,0.3: technical first, then interaction."
        raise click.BadParameter(message) from error


_EPILOG = f"{fields_help(_RANKING)} Fields of an agent: {', '.join(field_names(_AGENT))}."


@click.command("consensus", cls=ReportCommand, epilog=_EPILOG)
@click.argument("spec", metavar="SPEC")
@click.option("--stage", default=None, metavar="NAME", help="One stage alone, such as plan; else each by itself.")
@click.option(
    "--weights",
    callback=_weights,
    default=None,
    metavar="T,I",
    help="Weights of technical quality and of interaction; else those in your settings.",
)
@click.option("--profile", type=click.Choice(get_args(Profile)), default=None, help="Formulas; else your setting.")
@form_options
@common_options
@examples("consensus SPEC-7", "consensus SPEC-7 --stage plan --weights 0.7,0.3", "consensus SPEC-7 --json")
@pass_invocation
def consensus_command(
    invocation: Invocation,
    spec: str,
    stage: str | None,
    weights: ScoreWeights | None,
    profile: Profile | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Rank the agents that worked on one specification.

    SPEC is the name under which programs logged it. Ends with status 0 if at least one agent was ranked, with 1 if
    there is no such specification or stage or nothing is known that could be scored, and with 2 if an option is wrong.
    """
    scoring = score_settings(invocation.settings)
    used_profile = profile or scoring.profile
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    rankings: list[tuple[Group, Ranking]] = []
    with closing(open_place(read_place(invocation))) as connection:
        for group in _groups(connection, spec, stage):
            runs = answer(connection, group_runs(group.key, scoring.technical))
            held = weights or scoring.weights(group.stage)
            rankings.append((group, rank(runs, held, used_profile, is_enabled=scoring.is_enabled)))
        more = pending_fields(connection, output)
    if output.form == "table":
        click.echo("\n\n".join("\n".join(_lines(group, ranking, output)) for group, ranking in rankings))
    elif output.form == "json":
        emit(Report("consensus", _RANKING, [_fields(group, ranking) for group, ranking in rankings], more=more), output)
    else:
        rows = [row for group, ranking in rankings for row in _csv_rows(group, ranking)]
        emit(Report("consensus-agents", _CSV, rows), output)
    return 0 if any(agent.rank for _, ranking in rankings for agent in ranking.agents) else 1


def _groups(connection: Connection, spec: str, stage: str | None) -> list[Group]:
    """Return the stages of a specification, or the wanted one. Raises click.ClickException if there is none."""
    groups = sorted(answer(connection, groups_of_specs(spec)), key=lambda group: group.stage)
    if not groups:
        names = dict.fromkeys(plain(group.title) for group in answer(connection, groups_of_specs()))
        alternatives = f"there are {', '.join(list(names)[:MOST_NAMES])}" if names else "no program has logged any yet"
        raise click.ClickException(f"There is no specification {spec}; {alternatives}.")
    if stage is None:
        return groups
    of_stage = [group for group in groups if group.stage == stage_name(stage)]
    if not of_stage:
        names = dict.fromkeys(plain(group.stage) or "none" for group in groups)
        raise click.ClickException(f"{spec} has no stage {stage}; there are {', '.join(names)}.")
    return of_stage


def _fields(group: Group, ranking: Ranking) -> dict[str, object]:
    """Return a ranking as JSON has it."""
    return {
        "spec": group.title,
        "stage": group.stage,
        "profile": ranking.profile,
        "weights": ranking.weights._asdict(),
        "scale": ranking.scale,
        "best": list(ranking.best),
        "confidence": _rounded(ranking.confidence),
        "note": scale_note(ranking),
        "agents": [{**_agent_fields(agent), "note": agent_note(agent)} for agent in ranking.agents],
    }


def _agent_fields(agent: AgentScore) -> dict[str, object]:
    """Return the fields of an agent, in the order of the table."""
    conducts = [score.run.conduct for score in agent.runs if score.run.conduct]
    efforts = ("low", "medium", "high")
    questions = {effort: sum(getattr(conduct.questions, effort) for conduct in conducts) for effort in efforts}
    return {
        "rank": agent.rank,
        "agent": agent.agent_name,
        "final": _rounded(agent.final),
        "technical": _rounded(agent.technical),
        "basis": "+".join(agent.bases),
        "r_proact": _rounded(agent.proactivity),
        "r_pers": _rounded(agent.personalization),
        **{f"{effort}_questions": number for effort, number in questions.items()},
        # Their older names.
        **questions,
        "violations": sum(conduct.breaches.total for conduct in conducts),
        "runs": len(agent.runs),
        "interval": None if agent.interval is None else [_rounded(bound) for bound in agent.interval],
        "first": _rounded(agent.chance_first),
    }


def _csv_rows(group: Group, ranking: Ranking) -> list[dict[str, Any]]:
    """Return a row for each agent, with what all agents of the stage share."""
    shared = {"spec": group.title, "stage": group.stage, "profile": ranking.profile, "scale": ranking.scale}
    return [{**shared, **_agent_fields(agent), "note": agent_note(agent)} for agent in ranking.agents]


def _lines(group: Group, ranking: Ranking, output: Output) -> Iterable[str]:
    stage = f", stage {plain(group.stage)}" if group.stage else ""
    technical, interaction = ranking.weights
    title = f"{plain(group.title)}{stage}: profile {ranking.profile}, weights {technical:g} and {interaction:g}"
    yield paint(title, "bold" if output.is_coloured else None)
    if note := scale_note(ranking):
        yield f"  {plain(note)}"
    rows = [_agent_fields(agent) for agent in ranking.agents]
    inner = output if output.width is None else output._replace(width=output.width - 2)
    for line in report_lines(Report("consensus", _AGENT, rows), inner):
        yield f"  {line}"
    for agent in ranking.agents:
        if note := agent_note(agent):
            yield f"  {plain(agent.agent_name)}: {note}"
    if len(ranking.best) > 1:
        yield f"  {' and '.join(map(plain, ranking.best))} tie at {ranking.confidence:.3f}"
    elif ranking.best:
        yield f"  best: {plain(ranking.best[0])}, confidence {ranking.confidence:.3f} (its final score, no probability)"


def _rounded(value: float | None) -> float | None:
    """Return a figure rounded to six decimals."""
    return None if value is None else round(value, 6) + 0.0
