"""What joins trajectories of different files: threads, which programs name, and W3C trace context, which they inherit.

https://www.w3.org/TR/trace-context/, level 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

TRACEPARENT = "TRACEPARENT"
"""The environment variable that names a program's parent span."""

TRACEPARENT_NAME = "traceparent"
"""The name of the metadata in which a logged trajectory keeps its parent."""

THREAD_NAMES = ("thread_id", "conversation_id", "session_id", "helicone_session_id")
"""Names under which tracing tools keep the id of a conversation (LangSmith, Helicone), the most telling first."""

PATH_NAME = "helicone_session_path"
"""The name under which Helicone keeps the place of a request within its session, such as ``/plan/agent-1``."""

KEPT_WITHOUT_TEXT = frozenset({*THREAD_NAMES, PATH_NAME, TRACEPARENT_NAME})
"""Metadata that is kept where no text is: ids and places."""

_FORM = re.compile(r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(?P<rest>-.*)?")

MAX_ENTRIES = 32
MAX_VALUE_CHARS = 1000


def metadata_name(name: str) -> str:
    """Return the name under which metadata is kept: in lower case, with ``_`` for ``-``, so that headers match."""
    return name.strip().lower().replace("-", "_")


def thread_of(metadata: Mapping[str, str]) -> str:
    """Return the id of the thread that metadata (by `metadata_name`) names, '' if it names none."""
    return next((metadata[name] for name in THREAD_NAMES if metadata.get(name)), "")


class TraceParent(NamedTuple):
    """A span of a trace, in lower-case hexadecimal."""

    trace_id: str
    span_id: str

    @property
    def text(self) -> str:
        """The span in the form of version 00."""
        return f"00-{self.trace_id}-{self.span_id}-01"


def parse_traceparent(text: str) -> TraceParent | None:
    """Return the parent that a `traceparent` names, None for one that is invalid.

    Of later versions than 00 the fields of version 00 are read.
    """
    form = _FORM.fullmatch(text.strip(" \t"))
    if form is None or form["version"] == "ff" or (form["version"] == "00" and form["rest"] is not None):
        return None
    if not form["trace"].strip("0") or not form["span"].strip("0"):
        return None
    return TraceParent(form["trace"], form["span"])
