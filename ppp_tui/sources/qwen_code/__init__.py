"""Qwen Code: JSON lines below ``~/.qwen/projects``, one file per session; sub-agents stand in their session's file."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.qwen_code import discovery
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class QwenCode(PayloadModule):
    """The source ``qwen_code``."""

    name = "qwen_code"
    title = "Qwen Code"
    agent_name = "qwen"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("QWEN_RUNTIME_DIR", "QWEN_HOME")
    usual_place = "`~/.qwen/projects`, or below `QWEN_HOME`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        retries=True,
        usage_per_request=True,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.QwenParser`."""
        del path
        from ppp_tui.sources.qwen_code.parser import QwenParser

        return QwenParser(state)


SOURCE: LineSource = QwenCode()
