"""Flaky tests, with the evidence: two runs, nothing changed in between, in one of which the test failed."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from typing import Any

from ppp_tui.model.ids import number_of, trajectory_of, turn_of
from ppp_tui.query.projects import is_in_repository
from ppp_tui.query.quality.rows import FlakyTest, FlipLine
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.sql_helpers import to_ms

MOST_COMPARED = 5000
"""The newest runs among which flaky tests are looked for."""

SUITE_CHARS = 16
"""Characters of a run's variant that stand for its suite, variables and branch; what else it has, for its selection."""

_PLAIN = re.compile(r"\^?([\w./:\[\] -]+?)\$?\Z")
"""A selection that takes every test whose name holds it, the signs for its ends left out."""
_OPERATORS = re.compile(r"\b(?:and|not|or)\b")

_UNCHANGED = """NOT EXISTS (SELECT 1 FROM project_changes AS c WHERE c.project = {0}.project AND c.is_copy = 0
    AND c.at > {0}.e_at AND c.at < {0}.at)"""
_ALL_NAMED = "({0} = 0 OR (SELECT count(*) FROM test_failures AS y WHERE y.test_run_id = {1}) = {0})"
_FAILED_IN_ONE = """SELECT s.project, s.suite, x.name, s.agent_name, s.at, s.e_at, s.id, s.e_id, {first}, x.reason,
    s.selection, s.e_selection FROM {pairs} AS s JOIN test_failures AS x ON x.test_run_id = s.{failed}
    WHERE {condition} AND NOT EXISTS (SELECT 1 FROM test_failures AS y WHERE y.test_run_id = s.{other}
        AND y.name = x.name)"""
_EARLIER_FAILED = {"first": 1, "failed": "e_id", "other": "id"}
_LATER_FAILED = {"first": 0, "failed": "id", "other": "e_id"}


def flaky_tests(scope: Scope = EVERYTHING, limit: int = 500) -> Query[list[FlakyTest]]:
    """Query tests of which there is evidence that they are flaky, out of the newest so many pieces of it; newest first.

    Evidence is two runs under the same variables on the same branch, in whatever turns and sessions, between which
    nothing changed the project as far as any session tells, and in one of which the test failed:

    * one after the other, of the same tests. Both must count as many, and one must be green or both name all that
      failed: else a test may not have run;
    * or a run of a whole suite and, next to it, one of picked tests. Those that failed there ran in the whole suite,
      too; one that failed in the suite ran there if it is picked by its name.
    """
    times, parameters = scope.times("p.at")
    names, name_parameters = scope.names("agent_name")
    project = (is_in_repository("project"),) if scope.project is not None else ()
    if scope.project is not None:
        parameters |= scope.names("project")[1]
    conditions = " AND ".join([*times, *(f"p.{name}" for name in names)])
    newest = where("is_copy = 0", "variant IS NOT NULL", "total > 0", *project)
    union = " UNION ALL ".join(
        [
            _FAILED_IN_ONE.format(pairs="same", condition="1 = 1", **_EARLIER_FAILED),
            _FAILED_IN_ONE.format(pairs="same", condition="1 = 1", **_LATER_FAILED),
            _FAILED_IN_ONE.format(pairs="probed", condition=_ALL_NAMED.format("s.failed", "s.id"), **_EARLIER_FAILED),
            _FAILED_IN_ONE.format(pairs="probed", condition=_ALL_NAMED.format("s.e_failed", "s.e_id"), **_LATER_FAILED),
        ]
    )
    return Query(
        f"""
WITH newest AS (SELECT id, agent_name, project, suite, framework, unit, variant, selection, total, passed, failed, at
    FROM test_runs {newest} ORDER BY at DESC LIMIT {MOST_COMPARED}),
paired AS (SELECT *, lag(id) OVER w AS e_id, lag(at) OVER w AS e_at, lag(total) OVER w AS e_total,
    lag(failed) OVER w AS e_failed, selection AS e_selection FROM newest
    WINDOW w AS (PARTITION BY project, framework, unit, variant ORDER BY at, id)),
same AS (SELECT * FROM paired AS p WHERE p.total = p.e_total AND p.at > p.e_at AND p.failed + p.e_failed > 0
    {f"AND {conditions}" if conditions else ""} AND {_UNCHANGED.format("p")}
    AND (p.failed = 0 OR p.e_failed = 0 OR (p.unit = 'test' AND {_ALL_NAMED.format("p.failed", "p.id")}
        AND {_ALL_NAMED.format("p.e_failed", "p.e_id")}))),
placed AS (SELECT *, substr(variant, 1, {SUITE_CHARS}) AS base, row_number() OVER (
    PARTITION BY project, framework, substr(variant, 1, {SUITE_CHARS}) ORDER BY at, id) AS place
    FROM newest WHERE unit = 'test' AND passed + failed > 0),
beside AS (SELECT *, max(iif(selection = '', place, 0)) OVER up AS whole_before,
    max(iif(selection = '', -place, -{2 * MOST_COMPARED})) OVER down AS whole_after FROM placed
    WINDOW up AS (PARTITION BY project, framework, base ORDER BY place ROWS UNBOUNDED PRECEDING),
    down AS (PARTITION BY project, framework, base ORDER BY place DESC ROWS UNBOUNDED PRECEDING)),
probed AS (SELECT p.* FROM (
    SELECT b.project, b.suite, b.agent_name, b.at, b.id, b.failed, b.passed, b.selection,
        w.at AS e_at, w.id AS e_id, w.failed AS e_failed, w.passed AS e_passed, w.selection AS e_selection
    FROM beside AS b JOIN placed AS w ON w.project = b.project AND w.framework = b.framework AND w.base = b.base
        AND w.place = b.whole_before WHERE b.selection <> ''
    UNION ALL SELECT w.project, w.suite, w.agent_name, w.at, w.id, w.failed, w.passed, w.selection,
        b.at AS e_at, b.id AS e_id, b.failed AS e_failed, b.passed AS e_passed, b.selection AS e_selection
    FROM beside AS b JOIN placed AS w ON w.project = b.project AND w.framework = b.framework AND w.base = b.base
        AND w.place = -b.whole_after WHERE b.selection <> '') AS p
    WHERE p.at > p.e_at AND p.failed + p.e_failed > 0 {f"AND {conditions}" if conditions else ""}
    AND {_UNCHANGED.format("p")})
{union} ORDER BY 5 DESC, 3""",
        lambda rows: _read_flaky(rows, limit),
        {**parameters, **name_parameters},
    )


def is_picked(selection: str, name: str) -> bool:
    """Return whether a test, by the name that a runner gave it, is for certain among those that a selection takes."""
    try:
        words = shlex.split(selection)
    except ValueError:
        return False
    if words and all(word.startswith(":") for word in words):
        # path::test, of which the path is the suite's.
        return any(name.endswith(word) or f"{word}[" in name or f"{word}::" in name for word in words)
    option, sign, value = words[0].partition("=") if words else ("", "", "")
    if len(words) == 2 and not sign and option.startswith("-"):
        value = words[1]
    elif len(words) != 1 or (option.startswith("-") and not sign):
        return False
    plain = _PLAIN.match(value or option)
    if plain is None:
        return False
    if option == "-k":
        return not _OPERATORS.search(plain[1]) and plain[1].lower() in name.lower()
    return plain[1] in name


def _read_flaky(rows: list[tuple[Any, ...]], limit: int) -> list[FlakyTest]:
    flips_by_test: dict[tuple[str, str, str], list[FlipLine]] = defaultdict(list)
    agents: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        project, suite, name, agent, at, earlier_at, run_id, earlier_run_id, has_failed_first, reason, *selections = row
        selection, earlier_selection = selections
        passed_selection = selection if has_failed_first else earlier_selection
        if selection != earlier_selection and passed_selection and not is_picked(passed_selection, name):
            continue
        turn, earlier_turn, key = turn_of(run_id), turn_of(earlier_run_id), (project, suite, name)
        agents[key].add(agent)
        flips_by_test[key].append(
            FlipLine(
                earlier_trajectory_id=trajectory_of(earlier_turn),
                earlier_turn_number=number_of(earlier_turn),
                trajectory_id=trajectory_of(turn),
                turn_number=number_of(turn),
                earlier_at=to_ms(earlier_at) or 0,
                at=to_ms(at) or 0,
                earlier_run_id=earlier_run_id,
                run_id=run_id,
                has_failed_first=bool(has_failed_first),
                reason=reason,
                selection=selection,
                earlier_selection=earlier_selection,
            )
        )
        limit -= 1
        if not limit:
            break
    return [
        FlakyTest(*key, tuple(sorted(agents[key])), max(flip.at for flip in flips), tuple(flips))
        for key, flips in flips_by_test.items()
    ]
