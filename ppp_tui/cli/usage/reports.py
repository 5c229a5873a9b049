"""The reports of ``ppp-tui usage``: rows, totals and notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ppp_tui.cli.report.output import At, as_ratio
from ppp_tui.cli.report.report import Report, ReportField, Row
from ppp_tui.cli.usage.fields import (
    NAMES,
    NOT_YOUR_BILL,
    PROVENANCE,
    figure_fields,
    usage_figures,
    usd,
    usd_text,
    with_stated,
)
from ppp_tui.cli.usage.outlook import (
    block_rows,
    budget_notes,
    budget_states,
    limit_fields,
    limit_notes,
    unlimited_notes,
)
from ppp_tui.cli.usage.reader import STATED, NamedSums, UsageReader
from ppp_tui.model.project import Labels
from ppp_tui.query.ingest_status import unpriced_yet
from ppp_tui.query.names import trajectory_sources
from ppp_tui.query.projects import project_labels
from ppp_tui.query.usage.rows import NOTHING, UsageBar, UsageSums, add_up
from ppp_tui.query.usage.sums import usage
from ppp_tui.settings.source_names import SUMMING
from ppp_tui.text.format import count, counted, percent

if TYPE_CHECKING:
    from ppp_tui.settings.fast_settings import BudgetGlance, TargetsGlance
    from ppp_tui.settings.schema import Budget, Targets

BAR = 16
"""Cells of the dearest row's bar."""

MISSED = "!"
"""Stands behind a figure that misses its target."""


def usage_report(reader: UsageReader, budget: Budget | BudgetGlance) -> Report:
    """Return a report of what was spent."""
    stated_tokens = reader.stated()
    named = block_rows(reader) if reader.way == "block" else reader.rows(stated_tokens)
    total = _total(reader, named)
    turns, tokens = sum(bar.turns for bar in stated_tokens), sum(bar.tokens for bar in stated_tokens)
    states = budget_states(reader, budget)
    limits, unlimited = reader.limits(), reader.unlimited()
    rows = [_row(name, sums) for name, sums in named]
    more = {
        **_frame(reader, total),
        "provenance": PROVENANCE,
        "stated": {"turns": turns, "tokens": tokens},
        "limits": [limit_fields(limit) for limit in limits],
        "without_five_hour_limit": unlimited,
        "budgets": states,
    }
    return Report(
        schema="usage",
        fields=[
            *_name_fields(reader),
            *figure_fields(
                has_reported=total.reported is not None, has_stated=any(name.get(STATED) for name, _ in named)
            ),
            _bar_field(rows),
        ],
        rows=rows,
        totals={**_blank(reader), **with_stated(total, (tokens or None) if reader.way != "block" else None)},
        more=more,
        title=_title("Usage", reader),
        notes=[
            "",
            *_notes(reader, named, total, more),
            *_stated_notes(turns, tokens, is_listed=reader.way != "block"),
        ],
        standing_notes=[
            *_forgotten_notes(more),
            *limit_notes(limits, reader),
            *unlimited_notes(unlimited),
            *budget_notes(states, reader),
        ],
    )


def _row(name: dict[str, Any], sums: UsageSums) -> dict[str, Any]:
    names = {field: value for field, value in name.items() if field != STATED}
    return {**names, **with_stated(sums, name.get(STATED))}


def _stated_notes(turns: int, tokens: int, *, is_listed: bool) -> list[str]:
    if not turns:
        return []
    stated = f"~{tokens:,} tokens that programs stated for {counted(turns, 'turn')}"
    if is_listed:
        return [f"Under `stated` alone: {stated}, without a model or a cost."]
    return [f"Not in the table: {stated}, without a model or a cost."]


def efficiency_report(reader: UsageReader, targets: Targets | TargetsGlance) -> Report:
    """Return a report of cache and output beside what was sent, cost by feature, and context use."""
    from ppp_tui.query.usage.commits import context_use, features

    named = reader.rows()
    total = _total(reader, named)
    done = reader.answer(features(reader.span, reader.kept))
    use = reader.answer(context_use(reader.span, reader.kept))
    per_feature = usd(total.cost_micros / done.total) if done.total and total.priced_requests else None
    more = {
        **_frame(reader, total),
        "targets": {
            "cache_hit_rate": as_ratio(targets.cache_hit_percent),
            "token_efficiency": as_ratio(targets.token_efficiency_percent),
            "context": [as_ratio(bound) for bound in targets.context_percent],
        },
        "features": {"commits": done.commits, "finished_specs": done.specs, "cost_usd_per_feature": per_feature},
        "context": use._asdict(),
    }
    return Report(
        schema="usage-efficiency",
        fields=[*_name_fields(reader), *_efficiency_fields(targets)],
        rows=[{**name, **_efficiency(sums)} for name, sums in named],
        totals={**_blank(reader), **_efficiency(total)},
        more=more,
        title=_title("How well tokens were used", reader),
        notes=["", *_efficiency_notes(more, targets), *_notes(reader, named, total, more)],
        standing_notes=_forgotten_notes(more),
    )


def _efficiency(sums: UsageSums) -> dict[str, Any]:
    share, per_1k = sums.output_share, sums.cost_per_1k_micros
    return {
        **usage_figures(sums),
        "output_share": None if share is None else round(share, 4),
        "cost_usd_per_1k_tokens": usd(per_1k),
    }


def _efficiency_fields(targets: Targets | TargetsGlance) -> list[ReportField]:
    """Return the fields of `_efficiency`, what misses its target marked."""

    def judged(least: int) -> Callable[[float], str]:
        return lambda value: percent(value, decimals=1) + (MISSED if value * 100 < least else "")

    shown = {
        "requests": ReportField("requests", "requests", count, rank=3),
        "cache_hit_rate": ReportField("cache_hit_rate", "cache hit rate", judged(targets.cache_hit_percent)),
        "token_efficiency": ReportField(
            "token_efficiency", "token efficiency", judged(targets.token_efficiency_percent)
        ),
        "output_share": ReportField("output_share", "output share", lambda value: percent(value, decimals=1), rank=2),
        "cost_usd_per_1k_tokens": ReportField(
            "cost_usd_per_1k_tokens", "per 1k tokens", lambda value: f"${value:.4f}", rank=1
        ),
        "saved_usd": ReportField("saved_usd", "cache saved", usd_text, rank=4),
    }
    names = list(_efficiency(NOTHING))
    return [shown.get(name, ReportField(name)) for name in names]


def _efficiency_notes(more: dict[str, Any], targets: Targets | TargetsGlance) -> list[str]:
    done, use = more["features"], more["context"]
    notes = ["Cache hit rate is read / (read + fresh input), token efficiency output / fresh input."]
    if done["cost_usd_per_feature"] is not None:
        made = f"{counted(done['commits'], 'commit')}, {counted(done['finished_specs'], 'finished spec')}"
        notes.append(f"Cost per feature ({made}): {usd_text(done['cost_usd_per_feature'])}.")
    if use["mean"] is not None:
        least, most = targets.context_percent
        mark = "" if least <= use["mean"] * 100 <= most else MISSED
        about = "~" if use["is_window_inferred"] else ""
        notes.append(
            f"Context used when sessions moved last: {about}{percent(use['mean'])}{mark} on average, "
            f"{about}{percent(use['greatest'])} at most, of {counted(use['sessions'], 'session')}."
        )
    return notes


def _notes(reader: UsageReader, named: list[NamedSums], total: UsageSums, more: dict[str, Any]) -> list[str]:
    notes = [NOT_YOUR_BILL]
    if total.lower_bound_requests:
        bounds = counted(total.lower_bound_requests, "request")
        notes.append(f"≥: {bounds} recorded with too little output, or without their id.")
    if uncut := max([total.uncut_requests, *(sums.uncut_requests for _, sums in named)]):
        notes.append(
            f"~: of {counted(uncut, 'request')} of forgotten sessions only the hour is known; they count at its start."
        )
    queued = reader.answer(unpriced_yet()) if total.unpriced_requests else {}
    unpriced = {model: number for model, number in more["unpriced_models"].items() if number > queued.get(model, 0)}
    if unpriced:
        listed = ", ".join(f"{model or 'unnamed'} ({count(number)})" for model, number in unpriced.items())
        notes.append(f"No price is known for {listed}; these requests are missing from the cost.")
    if more["sources_of_sums"]:
        # Imported where it is said: a report that does without is quick.
        from ppp_tui.sources.registry import usable_sources

        titles = ", ".join(source.title for source in usable_sources(more["sources_of_sums"]))
        notes.append(f"There may be more requests than are counted: some of {titles} stand for several.")
    stale = reader.staleness()
    return [*notes, stale] if stale else notes


def _forgotten_notes(more: dict[str, Any]) -> list[str]:
    """Return a sentence on requests whose sessions have no row."""
    number = more["forgotten_requests"]
    return [f"Without a row here: {counted(number, 'request')} of forgotten sessions."] if number else []


def _frame(reader: UsageReader, total: UsageSums) -> dict[str, Any]:
    """Return the JSON fields that say what a report covers."""
    return {
        "by": reader.way,
        "since": At(reader.span.low_ms),
        "until": At(reader.span.high_ms),
        "unpriced_models": reader.unpriced() if total.unpriced_requests else {},
        "forgotten_requests": _forgotten(reader, total),
        "sources_of_sums": [name for name in reader.answer(trajectory_sources()) if name in SUMMING],
        "note": NOT_YOUR_BILL,
    }


def _forgotten(reader: UsageReader, total: UsageSums) -> int:
    """Return how many requests of the span have no row, since their sessions were forgotten."""
    if reader.way != "session":
        return 0
    bars: list[UsageBar] = reader.answer(usage([reader.span], "none", reader.kept))
    return max(0, sum(bar.sums.requests for bar in bars) - total.requests)


def _name_fields(reader: UsageReader) -> list[ReportField]:
    """Return the fields that name a row."""
    first, *others = NAMES[reader.way]
    if reader.way == "session":
        columns = {
            "session": ReportField("session", "session", side="right"),
            "agent": ReportField("agent", "agent", rank=4),
            "title": ReportField("title", "title", trim="end", least=24),
        }
        return [columns.get(name, ReportField(name)) for name in (first, *others)]
    if reader.way == "block":
        block = ReportField("block", "block", cell=lambda row: _block(row, reader), trim="end")
        end = ReportField("end_at", old_name="end")
        return [block, *(end if name == "end_at" else ReportField(name) for name in others)]
    show: Callable[[Any], str] = str
    if reader.way == "project":
        labels: Labels = reader.answer(project_labels())
        show = labels.of
    title = {"week": "week from"}.get(reader.way, reader.way.replace("-", " "))
    return [ReportField(first, title, show, trim="end"), *map(ReportField, others)]


def _bar_field(rows: Sequence[Row]) -> ReportField:
    """Return a column with a bar for the cost of a row beside the dearest one."""
    most = max((row["cost_usd"] or 0 for row in rows), default=0)

    def bar(row: Row) -> str:
        value = row["cost_usd"] or 0
        return "█" * max(1, round(value / most * BAR)) if 0 < value <= most else ""

    return ReportField("", cell=bar, rank=8, is_for_terminals=True)


def _title(subject: str, reader: UsageReader) -> str:
    """Return what a report covers: ``Usage 2026-10-31 to 2026-11-29, by day``."""
    first, last = reader.local(reader.span.low_ms), reader.local(reader.span.high_ms - 1)
    whole_days = first.endswith("00:00") and last.endswith("23:59")
    begin, end = (first[:10], last[:10]) if whole_days else (first, last)
    span = begin if begin == end else f"{begin} to {end}"
    kept = [f"{name} {value}" for name, value in reader.kept._asdict().items() if value]
    return ", ".join([f"{subject} {span}", *kept, f"by {reader.way.replace('-', ' ')}"])


def _block(row: Row, reader: UsageReader) -> str:
    if row["agent"] is None:
        return str(row["block"])
    if row["block"] is None:
        return f"none: no five-hour limit  {row['agent']}"
    running = "" if not row["is_active"] else ", running"
    if row["projected_usd"] is not None:
        low, expected, high = (
            usd_text(row[name]) for name in ("projected_low_usd", "projected_usd", "projected_high_usd")
        )
        running += f", will come to {expected} ({low} to {high})"
    return f"{reader.local(row['block'])} to {reader.local(row['end_at'])[11:]}  {row['agent']}{running}"


def _blank(reader: UsageReader) -> dict[str, Any]:
    """Return what names a row, for the row of totals."""
    return {name: "total" if place == 0 else None for place, name in enumerate(NAMES[reader.way])}


def _total(reader: UsageReader, named: list[NamedSums]) -> UsageSums:
    total = add_up(sums for _, sums in named) if named else NOTHING
    if total.uncut_requests and reader.is_by_time:
        # Where rows meet, what one may have too much the other has too little: of the sum, the outer edges count.
        bars = reader.answer(usage([reader.span], "none", reader.kept))
        return total._replace(uncut_requests=bars[0].sums.uncut_requests if bars else 0)
    return total
