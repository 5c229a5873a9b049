"""The help: what the signs mean, each with one meaning, the predicates, and that words find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.tui.dashboard_state import GLYPHS
from ppp_tui.tui.panes.live.live_cells import UNREAD
from ppp_tui.tui.screens.help import SIGNS, HelpEntry, HelpSection, help_lines, matching
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.line_painter import CURSOR, MARK
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import write_database

SECTIONS = (
    HelpSection("find", (HelpEntry("/", "Narrow the list"), HelpEntry(":", "Narrow by predicates"))),
    HelpSection("signs", (HelpEntry("◆", "needs you"),)),
)


def lines(shown: Dashboard) -> list[str]:
    return [line.text for line in shown.app.screen.query_one(DetailText).lines]


def test_every_sign_has_one_meaning() -> None:
    names = [name for name, _ in SIGNS]
    assert [name for name in names if names.count(name) > 1] == []


def test_signs_that_lists_draw_are_explained() -> None:
    names = {name for name, _ in SIGNS}
    assert {*GLYPHS.values(), UNREAD, CURSOR, MARK} - names == set()


def test_all_words_must_be_in_an_entry_or_in_its_heading() -> None:
    assert matching(SECTIONS, "narrow pred") == [HelpSection("find", (HelpEntry(":", "Narrow by predicates"),))]
    assert matching(SECTIONS, "SIGNS") == [SECTIONS[1]]
    assert matching(SECTIONS, "nowhere") == []
    assert matching(SECTIONS, " ") == list(SECTIONS)


@pytest.mark.slow
async def test_slash_finds_in_the_help_and_escape_ends_the_search_before_it_closes(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_database(tmp_path))) as shown:
        await shown.press("question_mark", "slash")
        await shown.write("pinned")
        assert [line for line in lines(shown) if line.startswith("  ")][:3] == [
            "  P            Pin the session, so that it stands first, or unpin it; the predicate pinned finds it",
            "  ★            pinned by you; #word is your label",
            "  pinned       sessions that you pinned with P; the word stands alone",
        ]
        assert "3 found" in shown.text
        await shown.press("escape")
        assert shown.kind == "HelpScreen"
        assert any("needs you: it asks" in line for line in lines(shown))
        await shown.press("escape")
        assert shown.kind == "LiveScreen"


def test_wide_help_has_two_columns_of_about_the_same_length() -> None:
    sections = [HelpSection(name, tuple(HelpEntry(f"{name}{n}", "x") for n in range(size))) for name, size in SIZES]
    narrow = [line.text for line in help_lines(sections, 149)]
    assert [line for line in narrow if line.startswith(" ") and not line.startswith("  ")] == [" a", " b", " c"]
    wide = [line.text for line in help_lines(sections, 150)]
    assert wide[0].split() == ["a", "b"]
    assert len(wide) == 9
    assert [line.text for line in help_lines(sections[:1], 150)] == narrow[:9]


SIZES = (("a", 7), ("b", 3), ("c", 2))
"""Sections with so many entries."""
