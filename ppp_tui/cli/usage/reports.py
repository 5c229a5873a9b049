"""The reports of ``ppp-tui usage``: rows, totals, and what a reader must know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ppp_tui.cli.report.output import At, ratio
from ppp_tui.cli.report.report import Report, ReportColumn, Row, figure, text
from ppp_tui.cli.usage.fields import NAMES, NOT_YOUR_BILL, PROVENANCE, columns, fields, usd, with_stated
from ppp_tui.cli.usage.outlook import block_rows, budget_notes, budgets, limit_fields, limit_notes, unlimited_notes
from ppp_tui.cli.usage.sums import STATED, Named, UsageReader
from ppp_tui.model.project import Labels
from ppp_tui.query.ingest_status import unpriced_yet
from ppp_tui.query.projects import project_labels
from ppp_tui.query.usage.rows import NOTHING, UsageBar, UsageSums, add_up
from ppp_tui.query.usage.sums import usage
from ppp_tui.text.format import UNKNOWN, cost_micros, count, counted, percent

if TYPE_CHECKING:
    from ppp_tui.settings.fast_settings import BudgetGlance, TargetsGlance
    from ppp_tui.settings.schema import Budget, Targets

MISSED = "!"
"""Stands behind a figure that misses its target."""


def usage_report(asked: UsageReader, budget: Budget | BudgetGlance) -> Report:
    """What was spent."""
    stated_tokens = asked.stated()
    named = block_rows(asked) if asked.way == "block" else asked.rows(stated_tokens)
    total = _total(asked, named)
    turns, tokens = sum(bar.turns for bar in stated_tokens), sum(bar.tokens for bar in stated_tokens)
    states = budgets(asked, budget)
    limits, unlimited = asked.limits(), asked.unlimited()
    more = {
        **_frame(asked, total),
        "provenance": PROVENANCE,
        "stated": {"turns": turns, "tokens": tokens},
        "limits": [limit_fields(one) for one in limits],
        "without_five_hour_limit": unlimited,
        "budgets": states,
    }
    return Report(
        schema="usage",
        names=[*NAMES[asked.way], *with_stated(NOTHING, None)],
        rows=[_row(name, sums) for name, sums in named],
        columns=columns(
            _label(asked),
            has_reported=total.reported is not None,
            has_stated=any(name.get(STATED) for name, _ in named),
        ),
        totals={**_blank(asked), **with_stated(total, (tokens or None) if asked.way != "block" else None)},
        more=more,
        notes=[
            "",
            *_notes(asked, named, total, more),
            *_stated_notes(turns, tokens, is_listed=asked.way != "block"),
            *limit_notes(limits, asked),
            *unlimited_notes(unlimited),
            *budget_notes(states, asked),
        ],
    )


def _row(name: dict[str, Any], sums: UsageSums) -> dict[str, Any]:
    names = {field: value for field, value in name.items() if field != STATED}
    return {**names, **with_stated(sums, name.get(STATED))}


def _stated_notes(turns: int, tokens: int, *, is_listed: bool) -> list[str]:
    if not turns:
        return []
    told = f"~{tokens:,} tokens that programs stated for {counted(turns, 'turn')}"
    if is_listed:
        return [f"Under `stated` alone: {told}, without a model or a cost."]
    return [f"Not in the table: {told}, without a model or a cost."]


def efficiency_report(asked: UsageReader, targets: Targets | TargetsGlance) -> Report:
    """How well cache and output stand to what was sent, what a feature cost, how full contexts were."""
    from ppp_tui.query.usage.commits import context_use, features

    named = asked.rows()
    total = _total(asked, named)
    done = asked.answer(features(asked.span, asked.chosen))
    use = asked.answer(context_use(asked.span, asked.chosen))
    per_feature = usd(total.cost_micros / done.total) if done.total and total.priced_requests else None
    more = {
        **_frame(asked, total),
        "targets": {
            "cache_hit_rate": ratio(targets.cache_hit_percent),
            "token_efficiency": ratio(targets.token_efficiency_percent),
            "context": [ratio(bound) for bound in targets.context_percent],
        },
        "features": {"commits": done.commits, "finished_specs": done.specs, "cost_usd_per_feature": per_feature},
        "context": use._asdict(),
    }
    return Report(
        schema="usage-efficiency",
        names=[*NAMES[asked.way], *_efficiency(NOTHING)],
        rows=[{**name, **_efficiency(sums)} for name, sums in named],
        columns=_efficiency_columns(asked, targets),
        totals={**_blank(asked), **_efficiency(total)},
        more=more,
        notes=["", *_efficiency_notes(more, targets), *_notes(asked, named, total, more)],
    )


def _efficiency(sums: UsageSums) -> dict[str, Any]:
    share, per_1k = sums.output_share, sums.cost_per_1k_micros
    return {
        **fields(sums),
        "output_share": None if share is None else round(share, 4),
        "cost_usd_per_1k_tokens": usd(per_1k),
    }


def _efficiency_columns(asked: UsageReader, targets: Targets | TargetsGlance) -> list[ReportColumn]:
    def judged(name: str, least: int) -> ReportColumn:
        def show(row: Row) -> str:
            value = row[name]
            return percent(value, decimals=1) + (MISSED if value is not None and value * 100 < least else "")

        return ReportColumn(name.replace("_", " "), show)

    return [
        _label(asked),
        ReportColumn("requests", figure("requests", count)),
        judged("cache_hit_rate", targets.cache_hit_percent),
        judged("token_efficiency", targets.token_efficiency_percent),
        ReportColumn("output share", figure("output_share", lambda value: percent(value, decimals=1))),
        ReportColumn("per 1k tokens", figure("cost_usd_per_1k_tokens", lambda value: f"${value:.4f}")),
        ReportColumn("cache saved", figure("saved_usd", lambda value: cost_micros(round(value * 1_000_000)))),
    ]


def _efficiency_notes(more: dict[str, Any], targets: Targets | TargetsGlance) -> list[str]:
    done, use = more["features"], more["context"]
    notes = ["Cache hit rate is read / (read + fresh input), token efficiency output / fresh input."]
    if done["cost_usd_per_feature"] is not None:
        made = f"{done['commits']} commits, {done['finished_specs']} finished specs"
        notes.append(f"Cost per feature ({made}): {cost_micros(round(done['cost_usd_per_feature'] * 1_000_000))}.")
    if use["mean"] is not None:
        least, most = targets.context_percent
        mark = "" if least <= use["mean"] * 100 <= most else MISSED
        about = "~" if use["is_window_inferred"] else ""
        notes.append(
            f"Context used when sessions moved last: {about}{percent(use['mean'])}{mark} on average, "
            f"{about}{percent(use['greatest'])} at most, of {use['sessions']} sessions."
        )
    return notes


def _notes(asked: UsageReader, named: list[Named], total: UsageSums, more: dict[str, Any]) -> list[str]:
    notes = [NOT_YOUR_BILL]
    if total.lower_bound_requests:
        bounds = counted(total.lower_bound_requests, "request")
        notes.append(f"≥: {bounds} recorded with too little output, or without their id.")
    if uncut := max([total.uncut_requests, *(sums.uncut_requests for _, sums in named)]):
        notes.append(
            f"~: of {counted(uncut, 'request')} of forgotten sessions only the hour is known; they count at its start."
        )
    if more["forgotten_requests"]:
        notes.append(f"Without a row here: {counted(more['forgotten_requests'], 'request')} of forgotten sessions.")
    queued = asked.answer(unpriced_yet()) if total.unpriced_requests else {}
    unpriced = {model: number for model, number in more["unpriced_models"].items() if number > queued.get(model, 0)}
    if unpriced:
        listed = ", ".join(f"{model or 'unnamed'} ({count(number)})" for model, number in unpriced.items())
        notes.append(f"No price is known for {listed}; these requests are missing from the cost.")
    stale = asked.staleness()
    return [*notes, stale] if stale else notes


def _frame(asked: UsageReader, total: UsageSums) -> dict[str, Any]:
    """What a report is about."""
    return {
        "by": asked.way,
        "since": At(asked.span.low_ms),
        "until": At(asked.span.high_ms),
        "unpriced_models": asked.unpriced() if total.unpriced_requests else {},
        "forgotten_requests": _forgotten(asked, total),
        "note": NOT_YOUR_BILL,
    }


def _forgotten(asked: UsageReader, total: UsageSums) -> int:
    """Return how many requests of the span have no row, since their sessions were forgotten."""
    if asked.way != "session":
        return 0
    bars: list[UsageBar] = asked.answer(usage([asked.span], "none", asked.chosen))
    return max(0, sum(bar.sums.requests for bar in bars) - total.requests)


def _label(asked: UsageReader) -> ReportColumn:
    if asked.way == "session":
        return ReportColumn("session", lambda row: f"{text('session')(row):>5}  {text('title', 36)(row)}", is_text=True)
    if asked.way == "block":
        return ReportColumn("block", lambda row: _block(row, asked), is_text=True)
    if asked.way == "project":
        labels: Labels = asked.answer(project_labels())
        return ReportColumn("project", lambda row: labels.of(row["project"]) or UNKNOWN, is_text=True)
    return ReportColumn(asked.way.replace("-", " "), text(NAMES[asked.way][0]), is_text=True)


def _block(row: Row, asked: UsageReader) -> str:
    if row["agent"] is None:
        return str(row["block"])
    if row["block"] is None:
        return f"none: no five-hour limit  {row['agent']}"
    running = "" if not row["is_active"] else ", running"
    if row["projected_usd"] is not None:
        low, expected, high = (
            cost_micros(round(row[name] * 1_000_000))
            for name in ("projected_low_usd", "projected_usd", "projected_high_usd")
        )
        running += f", will come to {expected} ({low} to {high})"
    return f"{asked.local(row['block'])} to {asked.local(row['end'])[11:]}  {row['agent']}{running}"


def _blank(asked: UsageReader) -> dict[str, Any]:
    """Return what names a row, for the row of totals."""
    return {name: "total" if place == 0 else None for place, name in enumerate(NAMES[asked.way])}


def _total(asked: UsageReader, named: list[Named]) -> UsageSums:
    total = add_up(sums for _, sums in named) if named else NOTHING
    if total.uncut_requests and asked.way in ("day", "hour"):
        # Where rows meet, what one may have too much the other has too little: of the sum, the outer edges count.
        bars = asked.answer(usage([asked.span], "none", asked.chosen))
        return total._replace(uncut_requests=bars[0].sums.uncut_requests if bars else 0)
    return total
