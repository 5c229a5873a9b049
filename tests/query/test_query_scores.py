"""The statements for R_Proact and R_Pers, against the plain functions, the documents' own SQL, and what tripped it."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.model.score import Breaches, Conduct, EffortCounts, Profile, Verdicts
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scores import scores
from ppp_tui.query.scores.score_inputs import evidence_sql, read_measured
from ppp_tui.scoring.ranking.personalization import personalization
from ppp_tui.scoring.ranking.proactivity import proactivity
from ppp_tui.scoring.ranking.technical import TechnicalWeights
from ppp_tui.store.write import Writer
from tests.document_queries import DOCUMENTS_PERS, DOCUMENTS_PROACT
from tests.query.database_fixture import Database
from tests.store.row_builders import batch, delta, question, turn

FINDINGS_PROACT = """
SELECT
  CASE
    WHEN COUNT(q.id) = 0 THEN 0.05
    WHEN COUNT(CASE WHEN q.effort_level != 'low' THEN 1 END) = 0
  THEN 0.05
    ELSE -0.1 * COUNT(CASE WHEN q.effort_level = 'medium' THEN 1
  END)
    -0.5 * COUNT(CASE WHEN q.effort_level = 'high' THEN 1
  END)
  END AS r_proact
FROM trajectory_turns t
LEFT JOIN trajectory_questions q ON t.id = q.turn_id
WHERE t.trajectory_id = ?;
"""
"""The one of the findings beside them."""

LEVELS = st.builds(EffortCounts, *[st.integers(0, 5)] * 3)
CONDUCTS = st.builds(
    Conduct,
    st.integers(0, 2),
    LEVELS,
    LEVELS,
    st.builds(Breaches, *[st.integers(0, 5)] * 3),
    st.just(Verdicts()),
    st.booleans(),
    st.sampled_from(["", "tests", "outcome"]),
    st.booleans(),
)
VERDICTS = st.lists(
    st.tuples(
        st.sampled_from(["kept", "violated", "not_applicable", "unjudged"]),
        st.floats(-4, 1, allow_nan=False).map(lambda reward: round(reward, 3)),
    ),
    max_size=4,
)
EFFORTS = ("low", "medium", "high")
SEVERITIES = ("minor", "major", "critical")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "written.db")
    yield made
    made.close()


def asked(*efforts: str) -> list[QuestionRow]:
    return [
        question(1, number, effort, f"call{number}")  # type: ignore[arg-type]
        for number, effort in enumerate(efforts, 1)
    ]


def broken(*severities: str) -> list[ViolationRow]:
    return [
        ViolationRow(
            turn_number=1,
            violation_number=number,
            preference_name="no_ask",
            expected="none",
            actual="one",
            severity=severity,  # type: ignore[arg-type]
            method="spec",
        )
        for number, severity in enumerate(severities, 1)
    ]


def ours(
    connection: sqlite3.Connection, trajectory: int, profile: Profile = "spec"
) -> tuple[float | None, float | None]:
    return (
        answer(connection, scores.proactivity(trajectory, profile)),
        answer(connection, scores.personalization(trajectory, profile)),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(CONDUCTS, VERDICTS)
def test_statements_and_functions_agree(
    database: Database, conduct: Conduct, verdicts: list[tuple[str, float]]
) -> None:
    database.writer.execute("DELETE FROM trajectories")
    names = [f"{level}_{what}" for what in ("questions", "asks") for level in EFFORTS]
    names += [f"{severity}_violations" for severity in SEVERITIES]
    sums = dict(zip(names, (*conduct.questions, *conduct.asks, *conduct.breaches), strict=True))
    source = "logger" if conduct.is_logged else "codex"
    database.session(1, summary={"turns": conduct.turns, **sums}, source=source)
    for number, (verdict, reward) in enumerate(verdicts):
        database.put(
            "preference_verdicts",
            trajectory_id=1,
            preference_name=f"p{number}",
            verdict=verdict,
            reward=reward,
            method="m",
        )
    kinds = [verdict for verdict, _ in verdicts]
    conduct = conduct._replace(
        verdicts=Verdicts(
            kinds.count("kept"),
            kinds.count("violated"),
            kinds.count("unjudged"),
            kinds.count("not_applicable"),
            sum(min(0.0, reward) for _, reward in verdicts),
        )
    )
    for profile in ("spec", "paper"):
        asking = scores.proactivity(1, profile, is_vague=conduct.is_vague, is_wrong=conduct.is_wrong)
        assert answer(database.writer, asking) == pytest.approx(proactivity(conduct, profile))
        assert answer(database.writer, scores.personalization(1, profile)) == pytest.approx(
            personalization(conduct, profile)
        )
    sql = evidence_sql("SELECT 1")
    [read] = answer(database.writer, Query(sql, lambda rows: read_measured(rows, TechnicalWeights())))
    assert read.run.conduct is not None
    assert read.run.conduct._replace(is_vague=False, failing="", verdicts=Verdicts()) == conduct._replace(
        is_vague=False, failing="", verdicts=Verdicts()
    )
    assert read.run.conduct.verdicts == pytest.approx(conduct.verdicts)


@pytest.mark.parametrize("efforts", [(), ("low", "low"), ("low", "low", "high"), ("medium", "medium", "high")])
@pytest.mark.parametrize("severities", [(), ("minor",), ("minor", "major", "critical", "critical")])
def test_the_documents_own_statements_give_our_numbers(
    writer: Writer, efforts: tuple[str, ...], severities: tuple[str, ...]
) -> None:
    rows = delta(turns=[turn(1), turn(2)], questions=asked(*efforts), violations=broken(*severities))
    writer.write([batch("/s/one.jsonl", rows)])
    writer._connection.execute("UPDATE trajectories SET source = 'logger'")
    total, low, medium, high = writer._connection.execute(DOCUMENTS_PROACT, (1,)).fetchone()
    theirs = 0.05 if low == total else -0.1 * medium - 0.5 * high
    violations, minor, major, critical = writer._connection.execute(DOCUMENTS_PERS, (1,)).fetchone()
    pers = -0.01 * minor - 0.03 * major - 0.05 * critical if violations else 0.05
    assert ours(writer._connection, 1) == pytest.approx((theirs, pers))
    assert writer._connection.execute(FINDINGS_PROACT, (1,)).fetchone() == (pytest.approx(theirs),)


def test_a_trajectory_without_turns_scores_nothing_where_the_documents_statements_trip(writer: Writer) -> None:
    writer.write([batch("/s/one.jsonl", delta())])
    assert writer._connection.execute(DOCUMENTS_PROACT, (1,)).fetchone() == (0, None, None, None)
    assert ours(writer._connection, 1) == ours(writer._connection, 1, "paper") == (None, None)
    assert ours(writer._connection, 99) == (None, None)


def test_a_turn_that_was_copied_counts_where_it_happened(writer: Writer) -> None:
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1, "same")], questions=asked("high")))])
    forked = delta("2026-11-20 10:05:00.000", turns=[turn(1, "same"), turn(2, "own")], questions=asked("high"))
    writer.write([batch("/s/two.jsonl", forked)])
    assert (ours(writer._connection, 1)[0], ours(writer._connection, 2)[0]) == (-0.5, 0.05)


@pytest.mark.parametrize("effort", ["Low", "HIGH", "trivial", ""])
def test_no_effort_is_spelt_otherwise(database: Database, effort: str) -> None:
    database.session(1)
    database.turn(1, 1)
    with pytest.raises(sqlite3.IntegrityError):
        database.put(
            "trajectory_questions",
            turn_id=(1 << 20) + 1,
            question_text="Which?",
            effort_level=effort,
            asked_at="2026-11-20 11:00:01.500",
        )


@pytest.mark.parametrize("severity", [None, "Major", "error", ""])
def test_no_severity_is_unknown_or_spelt_otherwise(database: Database, severity: str | None) -> None:
    database.session(1)
    database.turn(1, 1)
    row = {"turn_id": (1 << 20) + 1, "preference_name": "no_ask", "expected": "", "actual": "", "severity": severity}
    with pytest.raises(sqlite3.IntegrityError):
        database.put("trajectory_violations", **row)


def test_what_hangs_on_a_trajectory_goes_with_it(database: Database) -> None:
    database.session(1)
    database.turn(1, 1)
    database.put("trajectory_questions", turn_id=(1 << 20) + 1, question_text="Which?", effort_level="low")
    database.put("preference_verdicts", trajectory_id=1, preference_name="no_ask", verdict="kept", method="m")
    database.put("consensus_artifacts", trajectory_id=1, spec_id="S", agent_name="claude")
    database.writer.execute("DELETE FROM trajectories")
    tables = ("trajectory_turns", "trajectory_questions", "preference_verdicts", "consensus_artifacts")
    counts = [database.writer.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    assert counts == [0, 0, 0, 0]


def test_a_database_does_not_count_its_steps_in_a_number_that_others_use(database: Database) -> None:
    assert database.writer.execute("PRAGMA user_version").fetchone() == (0,)


def test_one_agent_may_have_a_trajectory_for_each_run_stage_and_attempt(database: Database) -> None:
    places = itertools.product(("r1", "r2"), ("plan", "audit"), (1, 2))
    for number, (run_id, stage, attempt) in enumerate(places, 1):
        database.session(number, spec_id="S", run_id=run_id, stage=stage, attempt=attempt)
    found = database.writer.execute("SELECT count(DISTINCT run_id || stage || attempt) FROM trajectories").fetchone()
    assert found == (8,)


@pytest.mark.parametrize("score", [-0.1, 1.1])
def test_a_stated_score_lies_between_0_and_1(database: Database, score: float) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        database.put("consensus_artifacts", spec_id="S", agent_name="claude", score=score)
