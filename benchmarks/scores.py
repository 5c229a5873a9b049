"""Scores, rankings and comparisons on a database of 1,000,000 turns, against what is promised for each.

    python -m benchmarks.scores [--database PATH] [--times 15]

The database is that of `benchmarks.database_million`, made on the first run. The last column is how often each could be
done in the time promised for it. The documents' own statement, which looks at every turn, stands beside ours.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.database_rows import LONG, measuring_arguments
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scores import compare, consensus, scores

SCORE_MS, RANKING_MS, SCREEN_MS = 1.0, 5.0, 20.0
ONE = 777
SPEC = consensus.GroupKey("SPEC-7", ("plan",))
"""Three agents with 26 trajectories."""

DOCUMENTS = """
SELECT count(q.id), sum(CASE WHEN q.effort_level = 'low' THEN 1 ELSE 0 END),
       sum(CASE WHEN q.effort_level = 'medium' THEN 1 ELSE 0 END),
       sum(CASE WHEN q.effort_level = 'high' THEN 1 ELSE 0 END)
FROM trajectory_turns t LEFT JOIN trajectory_questions q ON t.id = q.turn_id WHERE t.trajectory_id = :trajectory
"""


class Task(NamedTuple):
    """Something to measure."""

    name: str
    promised_ms: float
    work: Callable[[], Any]


def tasks(connection: sqlite3.Connection) -> Iterator[Task]:
    """Everything that is promised something for."""

    def asked(query: Query[Any]) -> Callable[[], Any]:
        return lambda: answer(connection, query)

    yield Task("R_Proact", SCORE_MS, asked(scores.proactivity(ONE, "spec")))
    yield Task("R_Pers", SCORE_MS, asked(scores.personalization(ONE, "spec")))
    yield Task("R_Pers of the paper", SCORE_MS, asked(scores.personalization(ONE, "paper")))
    yield Task("R_Proact over 20,000 turns", SCORE_MS, asked(scores.proactivity(LONG, "spec")))
    theirs: Query[int] = Query(DOCUMENTS, len, {"trajectory": LONG})
    yield Task("the documents' statement over them", SCORE_MS, asked(theirs))
    runs = answer(connection, consensus.group_runs(SPEC))
    yield Task(f"the {len(runs)} runs of a specification", RANKING_MS, asked(consensus.group_runs(SPEC)))
    for profile in ("spec", "paper"):
        yield Task(f"their ranking, profile {profile}", RANKING_MS, _ranked(runs, profile))
    yield Task("list of specifications", SCREEN_MS, asked(consensus.groups_of_specs()))
    yield Task("list of tasks", SCREEN_MS, asked(consensus.groups_of_tasks()))
    yield Task("questions behind a score", SCREEN_MS, asked(consensus.questions_of(LONG)))
    yield Task("four trajectories compared", SCREEN_MS, asked(compare.run_figures([12, ONE, 1001, LONG])))
    yield Task("their turns in line", SCREEN_MS, asked(compare.aligned_turns([12, ONE, 1001, LONG])))
    yield Task("agents", SCREEN_MS, asked(compare.group_names("agent")))
    by_agent = compare.samples("agent", ["claude", "codex"])
    yield Task("samples of two agents", SCREEN_MS, asked(by_agent))
    models = [f"model-{number}" for number in range(4)]
    yield Task("samples of four models", SCREEN_MS, asked(compare.samples("model", models)))
    groups = answer(connection, by_agent)
    first, second = ("claude", groups["claude"]), ("codex", groups["codex"])
    yield Task("their difference in every measure", 100.0, lambda: compare.compare_groups(first, second, "spec"))


def _ranked(runs: list[consensus.AgentRun], profile: consensus.Profile) -> Callable[[], Any]:
    return lambda: consensus.rank(runs, consensus.ScoreWeights(), profile)


def measure(work: Callable[[], Any], times: int) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor, the median of so many, after one to warm up."""
    work()
    taken, used = [], []
    for _ in range(times):
        began, at = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - at) * 1000)
    return statistics.median(taken), statistics.median(used)


def main() -> None:
    """Make the database unless it is there, and measure."""
    options = measuring_arguments(__doc__)
    connection = open_reader(options.database)
    print(f"{'what':<40}{'median ms':>11}{'CPU ms':>9}{'promised':>10}")
    for task in tasks(connection):
        taken, used = measure(task.work, options.times)
        late = "" if taken <= task.promised_ms else "  late"
        print(
            f"{task.name:<40}{taken:>11.3f}{used:>9.3f}{task.promised_ms:>10.0f}{task.promised_ms / taken:>9.1f}×{late}"
        )
    connection.close()


if __name__ == "__main__":
    main()
