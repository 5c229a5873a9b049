"""What Live is narrowed to."""

from __future__ import annotations

import pytest

from ppp_tui.query.sessions.filters import parse
from ppp_tui.tui.panes.live.live_filter import LiveFilter
from tests.tui.live_rows import NOW_MS, row


@pytest.mark.parametrize(
    ("typed", "is_kept"),
    [
        ("", True),
        ("shop", True),
        ("SHOP oauth", True),
        ("shop ledger", False),
        ("-ledger", True),
        ("-shop", False),
        ("asks -codex", True),
        ("native-1", True),
        ("-", True),
        ("opus main", True),
    ],
)
def test_row_needs_all_words_and_none_of_the_excluded(typed: str, is_kept: bool) -> None:
    assert LiveFilter(words=typed).keeps(row(1, "asks", "asks: Which – or not?")) is is_kept


def test_groups_come_one_after_another_and_then_all_again() -> None:
    one, groups = LiveFilter(words="x"), []
    for _ in range(6):
        one = one.next_group()
        groups.append((one.group, one.words))
    assert groups == [
        ("needs you", "x"),
        ("finished", "x"),
        ("working", "x"),
        ("stuck", "x"),
        ("idle", "x"),
        (None, "x"),
    ]


def test_a_group_leaves_out_the_others() -> None:
    only = LiveFilter(group="stuck")
    assert [only.keeps(row(1, "limited")), only.keeps(row(1, "asks"))] == [True, False]


def test_state_predicate_is_decided_without_the_database() -> None:
    wanted = LiveFilter(predicates=parse("state:working cost>1", NOW_MS), kept=frozenset({1, 2}))
    assert [wanted.keeps(row(1, "working")), wanted.keeps(row(2, "asks")), wanted.keeps(row(3, "working"))] == [
        True,
        False,
        False,
    ]


def test_filter_summary_names_group_words_and_predicates() -> None:
    assert LiveFilter().summary() == ""
    assert LiveFilter("idle", "log in", parse("cost>1", NOW_MS)).summary() == "idle  /log in  :cost>1"


def test_blank_words_are_no_filter() -> None:
    assert not LiveFilter(words="  ").is_on
    assert LiveFilter(group="idle").is_on
