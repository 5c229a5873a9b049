"""Received records as one line each, and the session that a record belongs to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from ppp_tui.receive.otlp import MAX_KEPT_BYTES, MAX_RESOURCE_CHARS, Refusal, Signal
from ppp_tui.sources.otel.origin import is_internal, kind_of_agent, session_file_name, session_id

Record = dict[str, Any]
"""A log record (`signal` log), span or data point (metric): plain values by name."""

RESOURCE_ATTRIBUTES = frozenset(
    {
        "service.name",
        "service.version",
        "session.id",
        "conversation.id",
        "process.pid",
        "process.working_directory",
        "openinference.project.name",
        "app.entrypoint",
    }
)
"""Attributes of a resource that are kept with each of its records."""

MAX_TRACES = 4096
"""Traces whose session is remembered, for spans that do not name it themselves."""

_encode = msgspec.json.Encoder().encode


class RequestReader(ABC):
    """Reads the requests of one encoding."""

    def __init__(self, *, keeps_text: bool) -> None:
        """Read without what users and models wrote, unless `keeps_text`."""
        self._keeps_text = keeps_text

    def read(self, signal: Signal, request: Any) -> Iterator[Record]:
        """Yield the records of a request."""
        if signal == "logs":
            return self.logs(request)
        return self.spans(request) if signal == "traces" else self.points(request)

    @abstractmethod
    def logs(self, request: Any) -> Iterator[Record]:
        """Yield log records."""

    @abstractmethod
    def spans(self, request: Any) -> Iterator[Record]:
        """Yield spans."""

    @abstractmethod
    def points(self, request: Any) -> Iterator[Record]:
        """Yield the data points of metrics."""


class SessionLine(NamedTuple):
    """A record as it is kept."""

    file_name: str
    """Of its session."""
    line: bytes
    """JSON, without a newline."""


class SessionLines:
    """Assigns records to sessions, and remembers which session a trace belongs to."""

    def __init__(self) -> None:
        """Begin without any trace."""
        self._file_names_by_trace: dict[str, str] = {}

    def assign(self, records: Iterable[Record]) -> tuple[list[SessionLine], int]:
        """Return the lines of records, in their order, and the number of those whose session is unknown.

        Raises Refusal (413) if they take more than `MAX_KEPT_BYTES`.
        """
        records = list(records)
        for record in records:
            name = _own_file_name(record)
            if name and record.get("trace_id"):
                self._remember(record["trace_id"], name)
        lines: list[SessionLine] = []
        homeless = 0
        free = MAX_KEPT_BYTES
        for record in records:
            if is_internal(record):
                homeless += 1
                continue
            name = _own_file_name(record) or self._file_names_by_trace.get(record.get("trace_id", ""), "")
            if not name:
                if record["signal"] == "metric" or not record.get("trace_id"):
                    homeless += 1
                    continue
                name = session_file_name(kind_of_agent(record), f"trace-{record['trace_id']}")
                self._remember(record["trace_id"], name)
            line = _encode(record)
            free -= len(line)
            if free < 0:
                raise Refusal(413, f"the records take more than {MAX_KEPT_BYTES} bytes: send smaller batches")
            lines.append(SessionLine(name, line))
        return lines, homeless

    def _remember(self, trace_id: str, name: str) -> None:
        self._file_names_by_trace[trace_id] = name
        if len(self._file_names_by_trace) > MAX_TRACES:
            del self._file_names_by_trace[next(iter(self._file_names_by_trace))]


def _own_file_name(record: Record) -> str:
    session = session_id(record)
    return session_file_name(kind_of_agent(record), session) if session else ""


def kept_resource(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return those attributes of a resource that are kept with each record; a cut one would be another's."""
    return {
        name: value
        for name, value in attributes.items()
        if name in RESOURCE_ATTRIBUTES
        and isinstance(value, str | int | float)
        and (not isinstance(value, str) or len(value) <= MAX_RESOURCE_CHARS)
    }
