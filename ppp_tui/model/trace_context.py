"""W3C trace context (https://www.w3.org/TR/trace-context/, level 2): whose child a program is."""

from __future__ import annotations

import re
from typing import NamedTuple

TRACEPARENT = "TRACEPARENT"
"""The environment variable in which a program is told its parent."""

TRACEPARENT_NAME = "traceparent"
"""The name of the metadata in which a logged trajectory keeps its parent."""

_FORM = re.compile(r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(?P<rest>-.*)?")


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

    Of versions after 00 what this one has is read, and what follows it is left.
    """
    form = _FORM.fullmatch(text.strip(" \t"))
    if form is None or form["version"] == "ff" or (form["version"] == "00" and form["rest"] is not None):
        return None
    if not form["trace"].strip("0") or not form["span"].strip("0"):
        return None
    return TraceParent(form["trace"], form["span"])
