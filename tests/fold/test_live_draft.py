"""What is folded of a live session is handed on by position: as the facts themselves, field by field."""

from __future__ import annotations

from msgspec.structs import astuple

from ppp_tui.fold.state import LiveDraft
from ppp_tui.model.live import LiveFacts


def test_live_draft_has_the_fields_of_live_facts_in_their_order() -> None:
    assert LiveDraft.__struct_fields__ == LiveFacts._fields


def test_untouched_live_draft_says_what_untouched_live_facts_say() -> None:
    assert LiveFacts._make(astuple(LiveDraft())) == LiveFacts()
