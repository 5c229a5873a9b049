"""Turns of several sessions in line: shared prompts side by side, the rest by number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.scoring.ranking.alignment import align


def test_the_same_prompts_stand_in_line() -> None:
    assert align(["abc", "abc"]) == [(0, 0), (1, 1), (2, 2)]


def test_a_turn_that_one_has_more_pushes_the_rest_down() -> None:
    assert align(["abc", "axbc"]) == [(0, 0), (None, 1), (1, 2), (2, 3)]
    assert align(["axbc", "abc"]) == [(0, 0), (1, None), (2, 1), (3, 2)]


def test_different_prompts_stand_by_their_number() -> None:
    assert align(["abc", "xyz"]) == [(0, 0), (1, 1), (2, 2)]


def test_a_prompt_that_is_repeated_is_no_anchor() -> None:
    assert align(["ccca", "cca"]) == [(0, 0), (1, 1), (2, None), (3, 2)]


def test_prompts_that_cross_are_not_both_in_line() -> None:
    lines = align(["ab", "ba"])
    assert sorted(place for place, _ in lines if place is not None) == [0, 1]
    assert lines in ([(None, 0), (0, 1), (1, None)], [(0, None), (1, 0), (None, 1)])


def test_what_comes_before_the_first_anchor_stands_before_it() -> None:
    assert align(["a", "xya"]) == [(None, 0), (None, 1), (0, 2)]


def test_a_third_session_has_a_column_of_its_own() -> None:
    assert align(["ab", "a", "xab"]) == [(None, None, 0), (0, 0, 1), (1, None, 2)]


def test_unknown_prompts_are_the_same_as_nothing() -> None:
    assert align([[None, "b"], [None, None, "b"]]) == [(0, 0), (None, 1), (1, 2)]


@pytest.mark.parametrize(("sessions", "expected"), [([], []), ([""], []), (["", "a"], [(None, 0)])])
def test_sessions_without_turns_have_no_lines(sessions: list[str], expected: list[tuple[int | None, ...]]) -> None:
    assert align(sessions) == expected


@given(st.lists(st.lists(st.none() | st.sampled_from("abcd"), max_size=12), min_size=1, max_size=4))
def test_every_turn_stands_in_one_line_in_its_order(sessions: list[list[str | None]]) -> None:
    lines = align(sessions)
    for column, session in enumerate(sessions):
        assert [line[column] for line in lines if line[column] is not None] == list(range(len(session)))
    assert all(any(place is not None for place in line) for line in lines)


def test_longest_series_is_kept_though_a_shorter_one_began_earlier_in_the_other() -> None:
    # "abce" is in one order in both; "d" comes first in the other and would leave only "de".
    above = [(None, 0), (None, 1), (None, 2)]
    assert align(["abcde", "dxyabce"]) == [*above, (0, 3), (1, 4), (2, 5), (3, None), (4, 6)]
