"""A test that ends differently in a run of its suite and alone, nothing changed in between, is flaky."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.quality import flaky_tests as flaky
from ppp_tui.query.scope import EVERYTHING
from tests.query.database_fixture import Database
from tests.query.test_query_work import flicker, row_id, run

WHOLE = "0123456789abcdef"
PROBE = f"{WHOLE}.fedcba9876543210"


def alone(database: Database, turn: int, at: str, passed: int, **columns: Any) -> int:
    """Add a run of one test, which passes or is test_pay and fails."""
    identity = row_id(1, 1, turn)
    run(database, 1, at, passed, 1 - passed, **{"id": identity, "variant": PROBE, **columns})
    if not passed:
        database.put("test_failures", test_run_id=identity, number=1, name="test_pay", reason="refused")
    return identity


@pytest.mark.parametrize(
    ("selection", "name"),
    [
        ("-k test_pay", "tests/test_till.py::test_pay[2]"),
        ("-k Test_Pay", "tests/test_till.py::test_pay"),
        ("-run '^TestPay$'", "TestPay"),
        ("-run=TestPay", "TestPay/twice"),
        ("::test_pay", "tests/test_till.py::test_pay"),
        ("::TestTill", "tests/test_till.py::TestTill::test_pay"),
        ("pays_twice", "till::tests::pays_twice"),
        ("--testNamePattern=pays", "till pays twice"),
    ],
)
def test_test_that_fails_in_its_suite_and_passes_alone_is_flaky(database: Database, selection: str, name: str) -> None:
    whole = flicker(database, 1, 1, "10:00", (name,), variant=WHOLE)
    probe = alone(database, 2, "10:05", 1, selection=selection)
    [test] = database.ask(flaky.flaky_tests(EVERYTHING))
    [flip] = test.flips
    assert (test.name, flip.has_failed_first, flip.earlier_run_id, flip.run_id) == (name, True, whole, probe)
    assert (flip.earlier_selection, flip.selection, flip.reason) == ("", selection, "refused")


def test_test_that_fails_alone_and_passes_in_its_suite_before_and_after_is_flaky_twice(database: Database) -> None:
    first = flicker(database, 1, 1, "10:00", (), variant=WHOLE)
    probe = alone(database, 2, "10:05", 0, selection="-m slow")
    last = flicker(database, 2, 1, "10:10", ("test_ship",), variant=WHOLE)
    tests = {test.name: test for test in database.ask(flaky.flaky_tests(EVERYTHING))}
    assert [(flip.earlier_run_id, flip.run_id) for flip in tests["test_pay"].flips] == [(probe, last), (first, probe)]
    # That test did not run in the probe, but it did in both runs of the suite.
    assert [(flip.earlier_run_id, flip.run_id) for flip in tests["test_ship"].flips] == [(first, last)]


@pytest.mark.parametrize(
    ("selection", "columns"),
    [
        ("-k test_ship", {}),
        ("-k 'test_pay and not slow'", {}),
        ("-m slow", {}),
        ("-k test_pay -m slow", {}),
        ("-k 'test_p.*'", {}),
        ("--lf", {}),
        ("-k test_pay", {"variant": f"f{WHOLE[1:]}.fedcba9876543210"}),
        ("-k test_pay", {"variant": None}),
        ("-k test_pay", {"unit": "package"}),
        ("-k test_pay", {"project": "/docs"}),
        ("-k test_pay", {"is_copy": 1}),
        ("-k test_pay", {"total": 0}),
    ],
)
def test_run_of_other_tests_shows_no_flaky_one(database: Database, selection: str, columns: dict[str, Any]) -> None:
    flicker(database, 1, 1, "10:00", ("test_pay",), variant=WHOLE)
    alone(database, 2, "10:05", 1, **{"selection": selection, **columns})
    assert database.ask(flaky.flaky_tests(EVERYTHING)) == []


def test_edit_between_a_suite_and_a_probe_explains_another_result(database: Database) -> None:
    flicker(database, 1, 1, "10:00", ("test_pay",), variant=WHOLE)
    alone(database, 2, "10:05", 1, selection="-k test_pay")
    assert [test.name for test in database.ask(flaky.flaky_tests(EVERYTHING))] == ["test_pay"]
    database.put("project_changes", id=row_id(3, 3), project="/shop", at="2026-11-20 10:03:00.000")
    assert database.ask(flaky.flaky_tests(EVERYTHING)) == []
