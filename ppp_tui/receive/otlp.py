"""Limits, types and names of OTLP that the modules of this room share."""

from __future__ import annotations

from typing import Literal, NamedTuple

Signal = Literal["logs", "traces", "metrics"]
"""The kind of records in a request; the last part of its path."""

SIGNALS: tuple[Signal, ...] = ("logs", "traces", "metrics")

Encoding = Literal["protobuf", "json"]
"""The encoding of a request and of its response."""

PORT = 4318
"""OTLP/HTTP's own port."""

GRPC_PORT = 4317
"""OTLP/gRPC's own port; without the package for gRPC a hint is given there."""

MAX_BODY_BYTES = 20 * 1024 * 1024
"""The longest body, as sent and decompressed: what the specification recommends."""

MAX_RECORDS = 50_000
"""Log records, spans or data points of one request; more are rejected."""

MAX_ATTRIBUTES = 128
"""Attributes of one record or resource that are kept."""

MAX_VALUE_CHARS = 256 * 1024
"""Characters of one value that are kept."""

MAX_RESOURCE_CHARS = 512
"""Characters of a resource's value that is kept: each of its records carries it."""

MAX_KEPT_BYTES = 64 * 1024 * 1024
"""Bytes of the records of a request as they are kept, each with its resource."""

MAX_DEPTH = 32
"""Lists and maps within each other that are kept."""


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not a fault of ours
    """Raised for a request that is not accepted."""

    def __init__(self, status: int, message: str, *, retry_after_s: int = 0, allow: str = "") -> None:
        """Keep the HTTP status, one line that says what to change, and headers where they apply."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after_s = retry_after_s
        self.allow = allow


class Accepted(NamedTuple):
    """The outcome of an accepted request."""

    kept: int
    """Records in the journal, duplicates not counted."""
    rejected: int = 0
    message: str = ""
    """Why some were rejected, or a warning; '' for neither."""
