"""pi: JSON lines below ``~/.pi/agent/sessions``, one file per session; a tree since its second format."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.pi import discovery
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class Pi(PayloadModule):
    """The source ``pi``."""

    name = "pi"
    title = "pi"
    agent_name = "pi"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("PI_CODING_AGENT_DIR",)
    usual_place = "`~/.pi/agent/sessions`, or below `PI_CODING_AGENT_DIR`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    is_rewritten = staticmethod(discovery.is_rewritten)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.PiParser`."""
        del path
        from ppp_tui.sources.pi.parser import PiParser

        return PiParser(state)


SOURCE: LineSource = Pi()
