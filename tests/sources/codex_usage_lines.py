"""Lines of rollouts that tell tokens, and the requests that the parser makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ppp_tui.model.event import Event, RequestMeasured
from ppp_tui.sources.codex import SOURCE
from tests.sources.codex_lines import NAME, THREAD, TURN, Line, content, context, counts, event, line, old_started


def used(given: int, output: int, cached: int = 0) -> Line:
    """Token counts of which nothing was written to a cache or thought."""
    return counts(given, cached, 0, output, 0)


FIRST, SECOND, BOTH = used(900, 9), used(2000, 20, 500), used(2900, 29, 500)
"""What two responses used, and their sum."""


def begun(key: str = TURN, prompt: str = "Go on") -> list[Line]:
    """A turn of 0.140 to 0.142 with its prompt."""
    return [old_started(key=key), context(turn_id=key), event("user_message", message=prompt)]


def count(total: Line | None, last: Line | None = None, ms: int = 0, /, **more: Any) -> Line:
    """A `token_count` event; without total and last its info is null."""
    info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": 258_400}
    return event("token_count", ms, info=info if total or last else None, **more)


def record(usage: Line | None, response: str, thread: Line | None, ms: int = 0, /, **more: Any) -> Line:
    """A `token_usage_record` line."""
    told = {"thread_id": THREAD, "turn_id": TURN, "response_id": response, "usage": usage, "thread_token_usage": thread}
    return line("token_usage_record", {**told, **more}, ms)


def requests(*files: Iterable[Line]) -> list[RequestMeasured]:
    """The requests of some rollouts, each once: of those with one key the last one with the greatest output."""
    return merged(found for lines in files for found in SOURCE.parser(NAME).feed(content(*lines), 0).events)


def merged(events: Iterable[Event]) -> list[RequestMeasured]:
    """Requests among events, each once."""
    requests: dict[str, RequestMeasured] = {}
    for number, found in enumerate(_measured(events)):
        key = found.key or str(number)
        if key not in requests or found.output_tokens >= requests[key].output_tokens:
            requests[key] = found
    return list(requests.values())


def sums(found: Iterable[RequestMeasured]) -> list[tuple[int, int]]:
    """All input and all output of each request."""
    return [(one.input_tokens + one.cache_read_tokens + one.cache_write_5m_tokens, one.output_tokens) for one in found]


def _measured(events: Iterable[Event]) -> Iterator[RequestMeasured]:
    return (found for found in events if isinstance(found, RequestMeasured))
