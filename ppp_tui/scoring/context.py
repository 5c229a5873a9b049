"""An estimate of what fills a context window, since no record lists its parts.

The size of a request is recorded. Its parts are estimated: the system prompt with its tools is what the first
request held beyond its prompt; the rest is shared out by the characters that files, tools and the conversation brought
since the window was last condensed.
"""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.scoring.files import estimated_tokens


class ContextShares(NamedTuple):
    """Tokens by kind; their sum is all that the request was given."""

    system: int
    files: int
    tools: int
    """Calls, and the results of those that read no file."""
    conversation: int
    """Prompts, answers, and the summary that a condensed conversation goes on from."""

    @property
    def total(self) -> int:
        """The sum of all parts."""
        return sum(self)


MAX_SYSTEM_TOKENS = 50_000
"""Greatest size of a system prompt; a first request with more continues another session."""


def system_tokens(used: int, conversation_chars: int, file_chars: int, tool_chars: int) -> int:
    """Return the tokens of a first request beyond the counted characters, at most `MAX_SYSTEM_TOKENS`."""
    return min(MAX_SYSTEM_TOKENS, max(0, used - estimated_tokens(conversation_chars + file_chars + tool_chars)))


def share_out(used: int, system: int, conversation_chars: int, file_chars: int, tool_chars: int) -> ContextShares:
    """Split a request of `used` tokens by the characters of the conversation, of files and of other tools."""
    base = min(used, system)
    rest, all_chars = used - base, conversation_chars + file_chars + tool_chars
    if not all_chars:
        return ContextShares(base, 0, 0, rest)
    in_files, in_tools = rest * file_chars // all_chars, rest * tool_chars // all_chars
    return ContextShares(base, in_files, in_tools, rest - in_files - in_tools)
