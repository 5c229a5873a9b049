"""Qwen Code: JSON lines below ``~/.qwen/projects``, one file per session; sub-agents stand in their session's file."""

from __future__ import annotations

from ppp_tui.sources.package_source import USUAL, PlacedLines
from ppp_tui.sources.qwen_code import discovery
from ppp_tui.sources.source import LineSource


class QwenCode(PlacedLines):
    """The source ``qwen_code``."""

    title = "Qwen Code"
    agent_name = "qwen"
    home_variables = ("QWEN_RUNTIME_DIR", "QWEN_HOME")
    usual_place = "`~/.qwen/projects`, or below `QWEN_HOME`"
    capabilities = USUAL
    places = discovery
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)


SOURCE: LineSource = QwenCode()
