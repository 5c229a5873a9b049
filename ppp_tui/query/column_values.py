"""How what stands in a column becomes a value."""

from __future__ import annotations

from ppp_tui.model.clock import from_text


def first_line(text: str) -> str:
    """The first line that holds anything; '' if none does."""
    return text.strip().partition("\n")[0].rstrip()


TITLE = "iif(t.title <> '', t.title, t.first_prompt)"
"""What a session is called in lists, as SQL over the alias `t` (trajectories)."""

TREE_TOKENS = (
    "(s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens + s.tree_cache_write_tokens "
    "+ s.tree_stated_tokens)"
)
"""All tokens of a session, sub-agents and stated ones included, as SQL over the alias `s`."""

IS_TURN = "(p.turn_number > 0 OR p.origin = 'logged')"
"""Leaves out what precedes the first prompt, as SQL over the alias `p` of `trajectory_turns`."""


def has_untimed_turns(trajectory: str) -> str:
    """Return SQL that tells whether a trajectory has a turn of which the duration is unknown: it runs, or none is told.

    `trajectory` is the id as SQL. Costs a look-up in the index of such turns.
    """
    return (
        f"EXISTS (SELECT 1 FROM trajectory_turns AS p WHERE p.trajectory_id = {trajectory} "
        f"AND p.latency_ms IS NULL AND p.is_copy = 0 AND {IS_TURN})"
    )


def ms(text: str | None) -> int | None:
    """Database text as Unix milliseconds. None if it is missing, no time, or stands for an unknown one."""
    if not text:
        return None
    try:
        return from_text(text) or None
    except ValueError:
        return None
