"""The words in which settings may have sessions sent as traces; the exporter tells them so."""

from __future__ import annotations

from typing import Literal

TraceFormat = Literal["otlp", "genai", "openinference", "langfuse"]
"""Ours beside GenAI's, GenAI's alone, Phoenix's, or Langfuse's."""
