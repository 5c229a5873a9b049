"""gptme: JSON lines below ``~/.local/share/gptme/logs``, one message each, rewritten with each of them."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.gptme import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class Gptme(PayloadModule):
    """The source ``gptme``."""

    name = "gptme"
    title = "gptme"
    agent_name = "gptme"
    version = 1
    rules_from = "the program's source"
    provider = ""
    home_variables: tuple[str, ...] = ("GPTME_LOGS_HOME", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/gptme/logs`, or `GPTME_LOGS_HOME`"
    capabilities = Capabilities(
        turn_ends=False,
        exit_codes=True,
        structured_questions=False,
        permission_waits=False,
        retries=False,
        usage_per_request=True,
        context_window=False,
        first_token=True,
        rate_limits=False,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.GptmeParser`."""
        from ppp_tui.sources.gptme.parser import GptmeParser

        return GptmeParser(path, state)


SOURCE: LineSource = Gptme()
