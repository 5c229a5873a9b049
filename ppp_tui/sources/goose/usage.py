"""Reads what Goose's requests used: each in the ledger of newer versions, sums of the session before."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.event import NOWHERE, Compacted, ContextMeasured, RequestMeasured
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.goose.messages import GooseEmitter
from ppp_tui.sources.json_records import JsonObject, count_of
from ppp_tui.sources.plain.made_lines import cost_of

_MICROS = 1_000_000
CARRIED = "carried_forward"
"""Source of the cost of a row that sums up what the ledger had not told until then."""

MS_SINCE = 10**11
"""Times from here on are Unix milliseconds, earlier ones Unix seconds: 1973 and 5138."""


def time_of(value: object) -> int:
    """Return a row's time in Unix milliseconds, 0 for anything else; versions write seconds or milliseconds."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MS_SINCE * 1000:
        return 0
    return value if value >= MS_SINCE else value * 1000


def read_request(emitter: GooseEmitter, session: str, row: dict[str, Any], window: int | None) -> None:
    """Read a row of the ledger; its input includes what a cache held and what was written to it."""
    at, model = time_of(row.get("created_timestamp")), _text(row.get("model"))
    counted: JsonObject = row
    prompt_tokens, output = count_of(counted, "input_tokens") or 0, count_of(counted, "output_tokens") or 0
    read, written = count_of(counted, "cache_read_tokens") or 0, count_of(counted, "cache_write_tokens") or 0
    if not (prompt_tokens or output):
        return
    cost = cost_of(row.get("cost"))
    emitter.note(at, "model", model)
    emitter.emit(
        RequestMeasured(
            at,
            NOWHERE,
            # Sessions are numbered by day, so another machine's may have the same id.
            key=f"goose:{session}:{at}:{row.get('id')}:{prompt_tokens}:{output}",
            model=model,
            input_tokens=max(0, prompt_tokens - read - written),
            output_tokens=output,
            cache_read_tokens=read,
            cache_write_5m_tokens=written,
            reported_micros=round(cost * _MICROS) if cost else None,
            provider=_text(row.get("provider_name")),
        )
    )
    if row.get("is_compaction"):
        emitter.emit(Compacted(at, NOWHERE, "auto", prompt_tokens, output))
    else:
        emitter.emit(ContextMeasured(at, min(prompt_tokens + output, MAX_COUNT), window))


def sums_of(row: JsonObject) -> tuple[int, int]:
    """Return the input and the output that a session says it used altogether."""
    return count_of(row, "accumulated_input_tokens") or 0, count_of(row, "accumulated_output_tokens") or 0


def read_sums(emitter: GooseEmitter, session: str, prompt_tokens: int, output: int, at: int) -> None:
    """Read what a session without a ledger used since its sums were read last.

    They do not tell what a cache held, so nothing says what the requests cost: no model is named.
    """
    state = emitter.state
    fresh, made = prompt_tokens - state.input_tokens, output - state.output_tokens
    if fresh < 0 or made < 0 or not (fresh or made):
        return
    key = f"goose:{session}:{state.input_tokens}:{state.output_tokens}:{prompt_tokens}:{output}"
    emitter.emit(RequestMeasured(at, NOWHERE, key, model="", input_tokens=fresh, output_tokens=made, is_aside=True))
    state.input_tokens, state.output_tokens = prompt_tokens, output


def read_carried_sums(emitter: GooseEmitter, session: str, row: JsonObject) -> None:
    """Read a row of the ledger that sums up what it had not told until then, of which the sums may be read already."""
    at = time_of(row.get("created_timestamp"))
    read_sums(emitter, session, count_of(row, "input_tokens") or 0, count_of(row, "output_tokens") or 0, at)
    emitter.state.input_tokens = emitter.state.output_tokens = 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
