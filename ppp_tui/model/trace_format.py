"""The words in which a session can be sent as OpenTelemetry traces."""

from __future__ import annotations

from typing import Literal

TraceFormat = Literal["otlp", "genai", "openinference", "langfuse"]
"""Ours beside GenAI's, GenAI's alone, Phoenix's, or Langfuse's."""
