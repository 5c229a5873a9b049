"""What scores rest on, of some trajectories at once: sums, verdicts, artifacts, and how the last test run ended.

Every query that scores or compares names its trajectories as a table `members (id)` and reads them through here. A
trajectory costs a few look-ups by key, however long it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ppp_tui.model.evaluation import SCORED_EVALUATIONS
from ppp_tui.model.score import Breaches, Conduct, EffortCounts, Technical, Verdicts, WorkOutcome
from ppp_tui.query.quality.rows import NO_RETRIES, NO_TESTS, SessionRetries, SessionTests
from ppp_tui.query.rows import Spend, Tokens
from ppp_tui.query.sql_helpers import IS_STATING, TITLE, first_line, has_untimed_turns, to_ms
from ppp_tui.scoring.questions.vagueness import MAX_PROMPT_CHARS, is_vague
from ppp_tui.scoring.ranking.consensus import AgentRun
from ppp_tui.scoring.ranking.technical import (
    TechnicalWeights,
    completeness,
    failure_source,
    missing_score_reason,
    technical,
)
from ppp_tui.settings.source_names import STATING
from ppp_tui.sources.registry import failed_requests
from ppp_tui.store.upkeep.tasks import IS_TASK
from ppp_tui.store.writers.evaluations import MODEL_PREFIX
from ppp_tui.tool_output.commands import passed_by_exit

MOST_COMMANDS = 5
"""Newest commands of a trajectory that are looked at for its last test run."""

_MAYBE_TEST = (
    "x.kind = 'shell' AND (x.target LIKE '%test%' OR x.target LIKE '%spec%' OR x.target LIKE '%jest%' "
    "OR x.target LIKE '%mocha%' OR x.target LIKE '%tox%' OR x.target LIKE '%nox%' OR x.target LIKE '%check%' "
    "OR x.target LIKE '%phpunit%' OR x.target LIKE '%behave%' OR x.target LIKE '%bats%')"
)
"""The condition of the index `steps_by_test`, to the letter: another one would not be found by it."""

_TRAJECTORY_ROW, _COMMAND_ROW, _ARTIFACT_ROW, _LAST_RUN_ROW, _EVALUATION_ROW = 0, 1, 2, 4, 5
_TESTS = len(SessionTests._fields)
_SUMS = ", ".join(f"s.{name}" for name in (*SessionTests._fields, *SessionRetries._fields))
_TRAJECTORY = f"""
SELECT 0, t.id, 0, t.agent_name, coalesce(t.run_id, ''), t.stage, CASE WHEN s.low_asks + s.medium_asks + s.high_asks > 0
        THEN '' ELSE coalesce((SELECT substr(p.prompt, 1, {MAX_PROMPT_CHARS + 1}) FROM trajectory_turns AS p
        WHERE p.id >= t.id << 20 AND p.id < (t.id << 20) + 4 AND {IS_TASK}
        ORDER BY p.id LIMIT 1), '') END,
    coalesce((SELECT u.status FROM trajectory_turns AS u WHERE u.id = (t.id << 20) + s.last_turn_number), ''), NULL,
    NULL, t.outcome, t.spec_id, s.task_key, t.model,
    {TITLE}, s.last_at, s.turns, s.steps, s.failed_steps,
    s.retries, s.low_questions, s.medium_questions, s.high_questions, s.low_asks, s.medium_asks, s.high_asks,
    s.minor_violations,
    s.major_violations, s.critical_violations, s.wall_ms, s.tree_input_tokens,
    s.tree_output_tokens, s.tree_cache_read_tokens, s.tree_cache_write_tokens, s.tree_cost_micros, s.tree_requests,
    s.tree_unpriced_requests, s.tree_lower_bound_turns, t.source, s.tree_stated_tokens,
    {has_untimed_turns("t.id")}, {_SUMS}
FROM members AS m CROSS JOIN trajectories AS t CROSS JOIN trajectory_summaries AS s
WHERE t.id = m.id AND s.trajectory_id = m.id
"""
_REST = ", NULL" * (31 + _TESTS + len(SessionRetries._fields))

NAME_ROW = 9
"""First column of the rows of `named_sql`: the second is the member's id, the fourth its name."""

_COMMANDS = f"""
SELECT 1, x.id >> 40, x.id, '', '', '', x.target, x.status, x.exit_code, NULL{_REST}
FROM members AS m CROSS JOIN trajectories AS t CROSS JOIN steps AS x
WHERE t.id = m.id AND {IS_STATING} AND x.id IN (
    SELECT y.id FROM steps AS y WHERE y.id >= m.id << 40 AND y.id < (m.id + 1) << 40
        AND {_MAYBE_TEST.replace("x.", "y.")} ORDER BY y.id DESC LIMIT {{commands}})
"""
_ARTIFACTS = f"""
SELECT 2, a.trajectory_id, a.id, a.agent_name, coalesce(a.run_id, ''), a.stage, CASE WHEN a.score IS NULL
    THEN a.content_json ELSE '' END, '', NULL, a.score{_REST}
FROM consensus_artifacts AS a WHERE {{artifacts}}
"""
_VERDICTS = f"""
SELECT 3, p.trajectory_id, 0, '', '', '', '', p.verdict, count(*),
    sum(CASE WHEN p.reward < 0 THEN p.reward ELSE 0.0 END){_REST}
FROM members AS m CROSS JOIN preference_verdicts AS p WHERE p.trajectory_id = m.id GROUP BY p.trajectory_id, p.verdict
"""
_LAST_RUNS = f"""
SELECT 4, m.id, 0, '', '', '', '', '', r.is_red, NULL{_REST}
FROM members AS m CROSS JOIN test_runs AS r WHERE r.id = (
    SELECT max(y.id) FROM test_runs AS y WHERE y.id >= m.id << 40 AND y.id < (m.id + 1) << 40
        AND (y.passed + y.failed > 0 OR y.exit_failed IS NOT NULL))
"""
_EVALUATIONS = f"""
SELECT 5, e.trajectory_id, 0, '', '', '', e.name, e.method, NULL, e.score{_REST}
FROM members AS m CROSS JOIN evaluations AS e WHERE e.trajectory_id = m.id AND e.score IS NOT NULL
"""
OF_MEMBERS = "a.trajectory_id IN (SELECT id FROM members)"
"""Artifacts that the members themselves delivered."""


NOTHING_SPENT, UNTOLD = Spend(), WorkOutcome()


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run with its figures; money and tokens with all sub-agents."""

    run: AgentRun
    stage: str
    task: str
    """Equal for runs of the same task; '' for an unknown one."""
    title: str = ""
    model: str = ""
    last_at: int = 0
    steps: int = 0
    failed_steps: int = 0
    retries: int | None = 0
    """None where the program has no way to tell."""
    wall_ms: int | None = None
    """None where no turn tells how long it took."""
    is_wall_lower_bound: bool = False
    """Some turn does not tell how long it took."""
    spend: Spend = NOTHING_SPENT
    work: WorkOutcome = UNTOLD
    tests: SessionTests = NO_TESTS
    tried_again: SessionRetries = NO_RETRIES
    evaluations: tuple[tuple[str, float], ...] = ()
    """Names and scores of evaluations of the session as a whole; without those that are unknown."""


def named_sql(names: str) -> str:
    """Return a statement to add to one of `evidence_sql`: what its members are called, out of ids and names."""
    return (
        f"SELECT {NAME_ROW}, n.id, 0, n.name, '', '', '', '', NULL, NULL{_REST} "
        f"FROM members AS m CROSS JOIN ({names}) AS n WHERE n.id = m.id"
    )


def evidence_sql(members: str, artifacts: str = OF_MEMBERS, commands: int = MOST_COMMANDS) -> str:
    """Return a statement for `read_measured`, out of statements that give members' ids and artifacts (alias `a`)."""
    parts = (
        _TRAJECTORY,
        _COMMANDS.format(commands=commands),
        _ARTIFACTS.format(artifacts=artifacts),
        _VERDICTS,
        _LAST_RUNS,
        _EVALUATIONS,
    )
    return f"WITH members (id) AS ({members}) {' UNION ALL '.join(parts)}"


@dataclass(slots=True)
class _ScoreRows:
    """Rows by what they belong to: a trajectory, or an agent's run without one."""

    trajectories: list[tuple[Any, ...]] = field(default_factory=list)
    ends: dict[int, bool] = field(default_factory=dict)
    """How the newest command that runs tests ended, as far as its exit code tells."""
    last_runs: dict[int, bool] = field(default_factory=dict)
    """Whether the newest test run passed."""
    artifacts: dict[object, list[_Artifact]] = field(default_factory=lambda: defaultdict(list))
    """The newest last."""
    verdicts: dict[int, Verdicts] = field(default_factory=dict)
    evaluations: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    """Scores by the evaluation's name; those of a model in place of those by rules."""


class _Artifact(NamedTuple):
    stage: str
    content_json: str
    """'' beside a score: it is not asked for then."""
    score: float | None


def read_measured(rows: Sequence[Sequence[Any]], weights: TechnicalWeights) -> list[RunFigures]:
    """Return runs from the rows of `evidence_sql`: newest trajectory first, then artifacts without one."""
    score_rows = _ScoreRows()
    for row in sorted(rows, key=lambda row: row[2]):
        if row[0] == _TRAJECTORY_ROW:
            score_rows.trajectories.append(tuple(row))
        elif row[0] == _COMMAND_ROW:
            passed = passed_by_exit(row[6], row[8], row[7])
            if passed is not None:
                score_rows.ends[row[1]] = passed
        elif row[0] == _LAST_RUN_ROW:
            score_rows.last_runs[row[1]] = not row[8]
        elif row[0] == _EVALUATION_ROW:
            scores = score_rows.evaluations[row[1]]
            if row[6] not in scores or row[7].startswith(MODEL_PREFIX):
                scores[row[6]] = row[9]
        elif row[0] == _ARTIFACT_ROW:
            score_rows.artifacts[row[1] or (row[3], row[4])].append(_Artifact(row[5], row[6], row[9]))
        else:
            before = score_rows.verdicts.get(row[1], Verdicts())
            counted = {row[7]: row[8]} if row[7] in Verdicts._fields else {}
            score_rows.verdicts[row[1]] = before._replace(reward=before.reward + row[9], **counted)
    measured = [
        _measure(row, score_rows, weights)
        for row in sorted(score_rows.trajectories, key=lambda row: row[1], reverse=True)
    ]
    for key, artifacts in score_rows.artifacts.items():
        if isinstance(key, tuple):
            score = _judge(artifacts, WorkOutcome(), weights)
            lack = missing_score_reason(score, WorkOutcome(), has_artifact=True)
            measured.append(RunFigures(AgentRun(key[0], None, key[1], score, None, lack), artifacts[-1].stage, ""))
    return measured


def _measure(row: tuple[Any, ...], score_rows: _ScoreRows, weights: TechnicalWeights) -> RunFigures:
    identity, _, agent, run_id, stage, prompt, status = row[1:8]
    outcome, spec_id, task_key, model, title, last_at = row[10:16]
    steps, failed, retries = row[17:20]
    is_stating = row[38] in STATING
    ended_well = _ended_well(outcome, status, is_stating=is_stating)
    # What programs log are steps whose output nobody kept: there the exit code tells.
    passed = score_rows.last_runs.get(identity, score_rows.ends.get(identity) if is_stating else None)
    evaluations = score_rows.evaluations.get(identity, {})
    scored = [evaluations[name] for name in SCORED_EVALUATIONS if name in evaluations]
    work = WorkOutcome(
        tests_passed=passed,
        steps=steps,
        failed_steps=failed,
        ended_well=ended_well,
        is_end_told=bool(outcome) or status == "failed",
        evaluation=sum(scored) / len(scored) if scored else None,
    )
    # An artifact that names no trajectory belongs to the last one of the same agent and run.
    artifacts = [*score_rows.artifacts.pop((agent, run_id), ()), *score_rows.artifacts.get(identity, ())]
    score = _judge(artifacts, work, weights)
    conduct = Conduct(
        turns=row[16],
        questions=EffortCounts(*row[20:23]),
        asks=EffortCounts(*row[23:26]),
        breaches=Breaches(*row[26:29]),
        verdicts=score_rows.verdicts.get(identity, Verdicts()),
        is_vague=is_vague(prompt),
        failing=failure_source(work, outcome),
        is_logged=is_stating,
    )
    fresh, output, read, written, cost, requests, unpriced, bounds = row[30:38]
    spend = Spend(Tokens(fresh, output, read, written), cost, requests, unpriced, bool(bounds or unpriced), row[39])
    return RunFigures(
        run=AgentRun(
            agent, identity, run_id, score, conduct, missing_score_reason(score, work, has_artifact=bool(artifacts))
        ),
        stage=stage,
        task=f"{spec_id}\0{stage}" if spec_id else str(task_key or ""),
        title=first_line(title),
        model=model,
        last_at=to_ms(last_at) or 0,
        steps=steps,
        failed_steps=failed,
        retries=failed_requests(row[38], retries),
        wall_ms=row[29] or None,
        is_wall_lower_bound=bool(row[40]),
        spend=spend,
        work=work,
        tests=SessionTests(*row[41 : 41 + _TESTS]),
        tried_again=SessionRetries(*row[41 + _TESTS :]),
        evaluations=tuple(evaluations.items()),
    )


def _judge(artifacts: Sequence[_Artifact], work: WorkOutcome, weights: TechnicalWeights) -> Technical | None:
    """Return the technical score out of what was delivered, the last word first, and of the work."""
    stated = next((delivered.score for delivered in reversed(artifacts) if delivered.score is not None), None)
    complete = None
    if stated is None and artifacts:
        complete = completeness(artifacts[-1].content_json, artifacts[-1].stage)
    return technical(stated, complete, work, weights)


def _ended_well(outcome: str, status: str, *, is_stating: bool) -> bool | None:
    """Return whether the work came to its end: by the stated outcome, else by how the last turn ended.

    Every turn that a program logs is over, so that it tells nothing but a failure or an interruption.
    """
    if outcome:
        return outcome == "completed"
    if is_stating and status == "completed":
        return None
    return {"completed": True, "failed": False, "interrupted": False}.get(status)
