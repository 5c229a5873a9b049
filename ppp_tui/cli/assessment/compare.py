"""``ppp-tui compare``: two agents, models, people or machines beside each other, in every measure of their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any, cast, get_args

import click
from click.shell_completion import CompletionItem

from ppp_tui.cli.completion import complete_groups
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.compare import (
    GroupBy,
    GroupName,
    MetricDifference,
    compare_groups,
    group_names,
    samples,
)
from ppp_tui.query.scores.compared_groups import (
    SECTIONS,
    Sides,
    better_side,
    comparison_notes,
    is_applicable,
    sample_text,
    title_of,
    value_text,
    verdict_text,
)
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.text.format import UNKNOWN
from ppp_tui.text.sanitize import plain
from ppp_tui.text.units import apart_text

MOST_NAMES = 20
"""Groups that a message lists."""

_CHOICES = {name.replace("_", "-"): cast("GroupBy", name) for name in get_args(GroupBy)}
_NOUNS = {"agent": "agents", "model": "models", "reasoning_effort": "reasoning efforts", "person": "people"}


def _noun(by: GroupBy) -> str:
    return _NOUNS.get(by, "machines")


_FIELDS = (
    ReportField("measure"),
    ReportField("unit"),
    ReportField("first_mean"),
    ReportField("second_mean"),
    ReportField("difference"),
    ReportField("low"),
    ReportField("high"),
    ReportField("first_count"),
    ReportField("second_count"),
    ReportField("tasks"),
    ReportField("verdict"),
    ReportField("better"),
)


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return complete_groups(ctx, param, incomplete, _CHOICES.get(ctx.params.get("by") or "agent", "agent"))


@click.command("compare", cls=ReportCommand, epilog=fields_help(_FIELDS))
@click.argument("first_name", metavar="[FIRST]", default="", shell_complete=_complete)
@click.argument("second_name", metavar="[SECOND]", default="", shell_complete=_complete)
@click.option(
    "--by",
    type=click.Choice(tuple(_CHOICES)),
    default="agent",
    show_default=True,
    help="What FIRST and SECOND are; people are known with --team alone.",
)
@bound_options("since", "until")
@form_options
@common_options
@examples("compare", "compare --team --by person ada bob --since 30d", "compare --by model opus sonnet --json")
@pass_invocation
def compare_command(
    invocation: Invocation, /, first_name: str, second_name: str, by: str, as_json: bool, as_csv: bool, **bounds: Any
) -> int:
    """Compare two agents, models, reasoning efforts, people or machines in every measure.

    Without names the two with the most sessions are compared; the first name alone stands beside the one with the most.
    Of each the newest 50 sessions count, and each measure is a mean of a session. A difference is real if its interval
    of 95 %, drawn from the sessions (of five on each side at least), leaves zero out. The figures are those of the
    dashboard's screen Compare, for the same sessions.

    Ends with status 1 if there are no two to compare.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    grouping = _CHOICES[by]
    if grouping == "person" and not invocation.is_team:
        raise click.UsageError("your own database knows no people: add --team.")
    settings = score_settings(invocation.settings)
    scope = Scope(bounds["since_ms"], bounds["until_ms"])
    place = read_place(invocation)
    with closing(open_place(place)) as connection:
        groups = answer(connection, group_names(grouping, scope))
        pair = _pair(groups, [name for name in (first_name, second_name) if name], grouping)
        names = tuple(group.name for group in pair)
        if len(pair) < 2:
            wanted = f"two {_noun(grouping)} with sessions"
            empty = empty_answer(connection, place, output, wanted, bounds)
            return emit(Report("compare", _FIELDS, [], more={"by": by, "groups": _listed(groups)}, empty=empty), output)
        drawn = answer(connection, samples(grouping, names, weights=settings.technical, scope=scope))
    sides = Sides(names, tuple(drawn[name] for name in names), tuple(group.sessions for group in pair))
    first, second = ((name, drawn[name]) for name in names)
    entries = compare_groups(first, second, settings.profile, is_enabled=settings.is_enabled)
    more = {
        "by": by,
        "names": list(names),
        "sessions": list(sides.sessions),
        "compared": [len(members) for members in sides.samples],
        "profile": settings.profile,
        "groups": _listed(groups),
    }
    return emit(
        Report(
            "compare",
            [*_FIELDS, *_columns(entries, sides)],
            [_row(entry, sides) for entry in _in_order(entries)],
            more=more,
            title=bounded_title(_title(sides), bounds, output),
            notes=[*comparison_notes(entries, sides), *_others(groups, names)],
        ),
        output,
    )


def _pair(groups: Sequence[GroupName], names: Sequence[str], by: GroupBy) -> list[GroupName]:
    """Return the groups of these names, then those with the most sessions, two at most.

    Raises click.ClickException for a name without sessions, and click.UsageError for one name twice.
    """
    by_name = {group.name: group for group in groups}
    if missing := [name for name in names if name not in by_name]:
        listed = ", ".join(plain(name) for name in list(by_name)[:MOST_NAMES]) or "none"
        raise click.ClickException(f"{plain(missing[0])} has no sessions here; {_noun(by)} that have: {listed}.")
    if len(set(names)) < len(names):
        raise click.UsageError("name two that differ.")
    return [*(by_name[name] for name in names), *(group for group in groups if group.name not in names)][:2]


def _listed(groups: Sequence[GroupName]) -> list[dict[str, object]]:
    return [group._asdict() for group in groups]


def _in_order(entries: Sequence[MetricDifference]) -> list[MetricDifference]:
    """Return the measures in the order in which the dashboard shows them."""
    by_name = {entry.metric.name: entry for entry in entries}
    return [by_name[name] for names in SECTIONS.values() for name in names if name in by_name]


def _title(sides: Sides) -> str:
    parts = [
        f"{name}: {sample_text(len(members), sessions, 'session')}"
        for name, members, sessions in zip(sides.names, sides.samples, sides.sessions, strict=True)
    ]
    return ", ".join(parts)


def _others(groups: Sequence[GroupName], names: Sequence[str]) -> list[str]:
    others = [f"{group.name} ({group.sessions})" for group in groups if group.name not in names]
    more = f" and {len(others) - MOST_NAMES} more" if len(others) > MOST_NAMES else ""
    return [f"Also there: {', '.join(others[:MOST_NAMES])}{more}."] if others else []


def _columns(entries: Sequence[MetricDifference], sides: Sides) -> list[ReportField]:
    """Return the columns of the table: figures as the dashboard words them."""
    by_name = {entry.metric.name: entry for entry in entries}

    def text(row: Row, name: str) -> str:
        return value_text(row[name], by_name[row["measure"]].metric, decimals=1)

    def apart(row: Row, name: str) -> str:
        value = row[name]
        return UNKNOWN if value is None else apart_text(value, by_name[row["measure"]].metric.unit)

    return [
        ReportField("", "measure", cell=lambda row: title_of(by_name[row["measure"]].metric)),
        ReportField("", sides.names[0], cell=partial(text, name="first_mean"), side="right"),
        ReportField("", sides.names[1], cell=partial(text, name="second_mean"), side="right"),
        ReportField("", "apart by", cell=partial(apart, name="difference"), side="right", rank=1),
        ReportField("", "from", cell=partial(apart, name="low"), side="right", rank=2),
        ReportField("", "to", cell=partial(apart, name="high"), side="right", rank=2),
        ReportField("", "verdict", cell=lambda row: verdict_text(by_name[row["measure"]], sides)),
    ]


def _row(entry: MetricDifference, sides: Sides) -> Row:
    difference, side = entry.difference, better_side(entry)
    has_meaning = is_applicable(entry.metric.name, sides)
    low, high = difference.interval or (None, None)
    figures = {
        "first_mean": difference.first_mean,
        "second_mean": difference.second_mean,
        "difference": difference.difference,
        "low": low,
        "high": high,
    }
    return {
        "measure": entry.metric.name,
        "unit": entry.metric.unit,
        **{
            name: None if value is None or not has_meaning else round(value, 6) + 0.0 for name, value in figures.items()
        },
        "first_count": difference.first_count,
        "second_count": difference.second_count,
        "tasks": difference.tasks,
        "verdict": difference.verdict if has_meaning else None,
        "better": None if side is None or not has_meaning else sides.names[side],
    }
