"""Names of unknown records are words of a format: nobody's text gets into the database by them, nor a long one."""

from __future__ import annotations

import pytest

from ppp_tui.sources.source import kind_of
from tests.sources import claude_lines, codex_lines


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("event_msg/new.kind-2", "event_msg/new.kind-2"),
        ("(no type)", "(no type)"),
        ("(no type)/unreadable", "(no type)/unreadable"),
        ("assistant/no message", "assistant/no message"),
        ("system/what I told nobody", "system/(no word)"),
        ("block/\x1b[31m", "block/(no word)"),
        ("é", "(no word)"),
        ("", "(no word)"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "(no word)"),
        ("a/b/c/d/e", "a/b/c"),
    ],
)
def test_a_kind_holds_nothing_but_words(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_text_in_the_place_of_a_type_is_counted_and_not_kept() -> None:
    claude = claude_lines.read({"type": "hush now"}, claude_lines.envelope("system", "s", subtype="hush then"))
    codex = codex_lines.read(codex_lines.meta(), codex_lines.event("hush now", 1), codex_lines.line("hush then", {}, 2))
    assert claude.unknown == {"(no word)": 1, "system/(no word)": 1}
    assert codex.unknown == {"event_msg/(no word)": 1, "(no word)": 1}
