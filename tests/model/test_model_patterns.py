"""Patterns that are compiled late behave as compiled ones."""

from __future__ import annotations

import re

import pytest

from ppp_tui.model.patterns import lazy_pattern


def test_a_lazy_pattern_matches_with_its_flags() -> None:
    pattern = lazy_pattern(r"a (b+)", re.IGNORECASE | re.VERBOSE)
    found = pattern.search("xABb")
    assert found is not None
    assert (found[1], pattern.sub("-", "ab ABB"), pattern.pattern) == ("Bb", "- -", "a (b+)")


def test_a_lazy_pattern_is_not_compiled_before_its_use() -> None:
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.search("(")
