"""Evaluations of a session as they are read: the four first, damaged evidence left out."""

from __future__ import annotations

from ppp_tui.model.evaluation import Evidence
from ppp_tui.query.quality.question_lists import ListFilter
from ppp_tui.query.scores.evaluation_lists import evaluation_list
from ppp_tui.query.scores.evaluations import evaluations_of, is_proven
from ppp_tui.scoring.evaluations.rules import METHOD
from tests.query.database_fixture import Database


def test_the_four_stand_first_and_another_packages_after_them(database: Database) -> None:
    database.session(1)
    for name in ("brevity", "coherence", "goal", "progression", "retention"):
        database.put("evaluations", trajectory_id=1, name=name, method="rules-1", verdict="good", score=1.0)
    database.put("evaluations", trajectory_id=1, name="goal", method="llm-1 m", verdict="bad", score=0.0)
    lines = database.ask(evaluations_of(1))
    assert [(line.name, line.method) for line in lines] == [
        ("goal", "llm-1 m"),
        ("goal", "rules-1"),
        ("retention", "rules-1"),
        ("coherence", "rules-1"),
        ("progression", "rules-1"),
        ("brevity", "rules-1"),
    ]
    assert database.ask(evaluations_of(2)) == []


def test_only_what_was_held_against_labels_by_hand_is_proven_or_not() -> None:
    assert [is_proven(name, METHOD) for name in ("goal", "retention", "coherence", "progression")] == [
        True,
        False,
        True,
        True,
    ]
    assert (is_proven("goal", "llm-1 m"), is_proven("brevity", "a:b 1.0"), is_proven("goal", "rules-1")) == (
        None,
        None,
        None,
    )


def test_list_is_read_newest_first_and_through_no_table_but_the_summaries(database: Database) -> None:
    database.session(1)
    database.session(2, {"last_at": "2026-11-20 12:00:01.000"})
    for number in (1, 2):
        database.put("evaluations", trajectory_id=number, name="goal", method="m", verdict="bad")
    assert [line.session for line in database.ask(evaluation_list(ListFilter(levels=("bad",))))] == [2, 1]
    assert database.plan(evaluation_list(ListFilter())) - {"trajectory_summaries", "project_folders"} == set()


def test_evidence_that_another_program_damaged_is_left_out(database: Database) -> None:
    database.session(1)
    whole = '[[3, "tests fail"], [null, "all of it"], ["3", "no number"], [1], "text", [2, 5]]'
    for name, evidence in (("goal", whole), ("coherence", "{"), ("retention", "7"), ("progression", "[" * 9999)):
        columns = {"name": name, "method": "m", "verdict": "mixed", "evidence": evidence}
        database.put("evaluations", trajectory_id=1, **columns)
    found = {line.name: line.evidence for line in database.ask(evaluations_of(1))}
    assert found == {
        "goal": (Evidence(3, "tests fail"), Evidence(None, "all of it")),
        "retention": (),
        "coherence": (),
        "progression": (),
    }
