"""Threads: several sessions of one conversation, joined by what a program says of each."""

from __future__ import annotations

from collections.abc import Mapping

from ppp_tui.model.trace_context import TRACEPARENT_NAME

THREAD_NAMES = ("thread_id", "conversation_id", "session_id", "helicone_session_id")
"""Names under which tracing tools keep the id of a conversation (LangSmith, Helicone), the most telling first."""

PATH_NAME = "helicone_session_path"
"""The name under which Helicone keeps the place of a request within its session, such as ``/plan/agent-1``."""

KEPT_WITHOUT_TEXT = frozenset({*THREAD_NAMES, PATH_NAME, TRACEPARENT_NAME})
"""Metadata that is kept where no text is: ids and places."""

MAX_ENTRIES = 32
MAX_VALUE_CHARS = 1000


def metadata_name(name: str) -> str:
    """Return the name under which metadata is kept: in lower case, with ``_`` for ``-``, so that headers match."""
    return name.strip().lower().replace("-", "_")


def thread_of(metadata: Mapping[str, str]) -> str:
    """Return the id of the thread that metadata (by `metadata_name`) names, '' if it names none."""
    return next((metadata[name] for name in THREAD_NAMES if metadata.get(name)), "")
