"""What SQLite does for a query: nothing but the narrow tables of sessions is ever read from one end to the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ppp_tui.query import changes as moved
from ppp_tui.query import ingest_status as health
from ppp_tui.query.performance import agents, events
from ppp_tui.query.quality import alert_list, context_use
from ppp_tui.query.quality import question_lists as judged
from ppp_tui.query.query import Query
from ppp_tui.query.rows import StepLine
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores import compare, consensus, scores
from ppp_tui.query.sessions import children, live, predicate_values, search, steps, timing, turn_figures, turns
from ppp_tui.query.sessions import payloads as wholes
from ppp_tui.query.sessions import session_lists as sessions
from ppp_tui.query.sessions.filters import EMPTY, parse
from ppp_tui.query.sessions.session_lists import Sort
from ppp_tui.query.signals import correlations, run_details, versions
from ppp_tui.query.signals import sums as signal_totals
from ppp_tui.query.usage import totals
from ppp_tui.query.usage.spans import TimeSpan
from tests.query.database_fixture import NOON_MS, Database
from tests.tui.live_rows import session

TURN = (1 << 20) + 1
SPAN = Scope(NOON_MS - 3_600_000, NOON_MS)
SHELL = StepLine(TURN << 20, 1, 0, "", "shell", "Bash", "make", "ok")
NOTHING: set[str] = set()
SPANS = {"run_spans"}
"""A row for each day and month whose sums are there."""

SUMMARIES, SESSIONS, FOLDERS = {"trajectory_summaries"}, {"trajectories"}, {"project_folders"}


def filtered(text: str, sort: Sort | None = None) -> Query[Any]:
    return sessions.session_page(parse(text, NOON_MS), sort or Sort(), 30_000, 100)


QUERIES: dict[str, tuple[Query[Any], set[str]]] = {
    "live": (live.live_sessions(NOON_MS), NOTHING),
    "totals": (totals.totals(NOON_MS, NOON_MS), {"alerts"}),
    "points": (totals.usage_points(NOON_MS - 3_600_000, NOON_MS, 60_000), NOTHING),
    "points by hour": (totals.usage_points(NOON_MS - 36_000_000, NOON_MS, 3_600_000), NOTHING),
    "activity": (totals.activity([1, 2, 3], NOON_MS, NOON_MS, 12), NOTHING),
    "page": (sessions.session_page(EMPTY, Sort(), 30_000, 100), SUMMARIES),
    "page by cost": (sessions.session_page(EMPTY, Sort("cost"), 0, 100), SUMMARIES),
    "page by start": (sessions.session_page(EMPTY, Sort("started"), 0, 100), NOTHING),
    "page by project of dear ones": (filtered("cost>1", Sort("project")), SUMMARIES | SESSIONS),
    "page of an agent": (filtered("agent:codex"), SUMMARIES | SESSIONS),
    "page of a word": (filtered("login -docs"), SUMMARIES | SESSIONS | FOLDERS),
    "page of dear ones": (filtered("cost>1 age<2h"), NOTHING),
    "page of an agent's dear ones": (filtered("agent:codex cost>1"), SUMMARIES | SESSIONS),
    "count": (sessions.session_count(), SUMMARIES),
    "count of a word": (sessions.session_count(parse("login", NOON_MS)), SESSIONS | FOLDERS),
    "count of dear ones": (sessions.session_count(parse("cost>1", NOON_MS)), SUMMARIES),
    "session": (sessions.session(1), NOTHING),
    "some sessions": (sessions.sessions([1, 2]), NOTHING),
    "children": (sessions.children(1), NOTHING),
    "sessions around one": (sessions.sessions_around(session(1, last_at=NOON_MS), 6), NOTHING),
    "name": (sessions.sessions_named("0199aaaa"), NOTHING),
    "turns": (turns.turn_window(1, 5, 100), NOTHING),
    "a page of turns": (turns.turn_page(1, 5, 100), NOTHING),
    "dearest turns": (turns.dearest_turns([1, 2], TimeSpan(0, NOON_MS), 50), NOTHING),
    "turn bounds": (turns.turn_bounds(1), NOTHING),
    "turn": (turns.turn(TURN), NOTHING),
    "turn text": (turns.turn_text(TURN), NOTHING),
    "next mark": (turns.next_mark(1, 5, is_forward=True), NOTHING),
    "previous mark": (turns.next_mark(1, 5, is_forward=False), NOTHING),
    "next failure": (turns.next_mark(1, 5, is_forward=True, marks=("failure",)), NOTHING),
    "turns by number": (turns.turns_by_number(1, [3, 5]), NOTHING),
    "headlines of turns": (turns.turn_headlines(1, [3, 5]), NOTHING),
    "figures of turns": (turn_figures.turn_figures(1), NOTHING),
    "turns by cost": (turn_figures.ordered_turn_numbers(1, "cost"), NOTHING),
    "last words of sub-agents": (children.last_words([2, 3]), NOTHING),
    "values of predicates": (predicate_values.predicate_values(), SESSIONS | {"source_files"}),
    "questions of a session": (steps.session_questions(1), NOTHING),
    "context of turns": (context_use.context_turns(1), NOTHING),
    "times of a session": (timing.session_timing(1), NOTHING),
    "steps": (steps.step_lines(TURN), NOTHING),
    "step": (steps.step(TURN << 20), NOTHING),
    "tail": (steps.latest_steps(1, 200), NOTHING),
    "calls like a step": (steps.same_calls(SHELL, 12), NOTHING),
    "questions": (steps.question_lines(TURN), NOTHING),
    "violations": (steps.violation_lines(TURN), NOTHING),
    "requests": (steps.usage_lines(TURN), NOTHING),
    "search": (search.search("login works"), NOTHING),
    "search in an agent's sessions": (search.search("login", 200, parse("agent:codex cost>1", NOON_MS)), NOTHING),
    "all questions": (judged.questions(judged.ListFilter()), SUMMARIES),
    "questions of an agent": (judged.questions(judged.ListFilter(agent="codex", since="2026-11-01")), NOTHING),
    "open alerts": (alert_list.alert_list(), {"alerts"}),
    "all violations": (judged.violations(judged.ListFilter()), SUMMARIES),
    "waiting": (search.unindexed_turns(), {"search_queue"}),
    "status": (health.ingest_status(), {"ingest_status"}),
    "health": (health.source_health(), {"source_files", "trajectories", "source_news", "unknown_records"}),
    "news": (health.file_problems(), {"source_files", "source_news"}),
    "revision": (moved.revision(), NOTHING),
    "moved": (moved.moved_since(7), NOTHING),
    "changes": (moved.changes_since(7, NOON_MS, NOON_MS), {"ingest_status", "alerts"}),
    "R_Proact": (scores.proactivity(1, "spec"), NOTHING),
    "R_Proact of the paper": (scores.proactivity(1, "paper"), NOTHING),
    "R_Pers": (scores.personalization(1, "spec"), NOTHING),
    "R_Pers of the paper": (scores.personalization(1, "paper"), NOTHING),
    "specifications": (consensus.groups_of_specs(), SESSIONS),
    "a specification": (consensus.groups_of_specs("SPEC-1"), NOTHING),
    "tasks": (consensus.groups_of_tasks(), SUMMARIES),
    "runs of a stage": (consensus.group_runs(consensus.GroupKey("SPEC-1", ("plan",), "r1")), NOTHING),
    "runs of a specification": (consensus.group_runs(consensus.GroupKey("SPEC-1")), NOTHING),
    "runs of a task": (consensus.group_runs(consensus.GroupKey(task_key=7)), NOTHING),
    "questions behind a score": (consensus.questions_of(1), NOTHING),
    "violations behind a score": (consensus.violations_of(1), NOTHING),
    "verdicts": (consensus.verdicts_of(1), NOTHING),
    "compared": (compare.run_figures([1, 2, 3]), NOTHING),
    "turns in line": (compare.aligned_turns([1, 2, 3]), NOTHING),
    "samples of agents": (compare.samples("agent", ["claude", "codex"]), NOTHING),
    "samples of models": (compare.samples("model", ["m1", "m2"]), NOTHING),
    "agents": (compare.group_names("agent"), SESSIONS),
    "events": (events.event_page(NOON_MS, None), NOTHING),
    "decisions of a run": (run_details.run_decisions(1), NOTHING),
    "signals of a run": (run_details.run_signals(1), NOTHING),
    "decisions and signals of a turn": (run_details.turn_entries(TURN), NOTHING),
    "decisions of a span": (signal_totals.decision_sums(SPAN), SPANS),
    "signals of a span": (signal_totals.signal_sums(SPAN, "version"), SPANS),
    "runs with a signal": (signal_totals.signal_runs(SPAN, "tool_failure", "timeout"), NOTHING),
    "failures beside decisions": (correlations.correlations("decisions", SPAN), SPANS),
    "versions": (versions.version_list(SPAN), SPANS),
    "changes of a version": (versions.version_changes("claude", "1", "2", SPAN), SPANS),
    "registered agents": (agents.registered_agents(), {"agents"}),
    "an agent of the registry": (agents.registered_agents(agent_id="claude"), NOTHING),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_through_no_other_table_than_it_must(database: Database, name: str) -> None:
    query, expected = QUERIES[name]
    assert database.plan(query) == expected


@pytest.mark.parametrize("sort", sessions.SORT_NAMES)
@pytest.mark.parametrize("text", ["", "agent:x", "login", "cost>1", "login cost>1 started>2026-11-01"])
def test_no_list_of_sessions_reads_through_turns(database: Database, sort: sessions.SortName, text: str) -> None:
    assert database.plan(filtered(text, Sort(sort))) <= SUMMARIES | SESSIONS | FOLDERS


def test_a_kept_record_is_found_without_looking_at_what_lies_before_it(database: Database) -> None:
    database.session(1)
    database.turn(1, 1)
    database.step(1, 1, 1, input_offset=700, input_bytes=10)
    found = database.ask(steps.step((TURN << 20) + 1))
    assert found is not None
    assert database.plan(wholes.kept_record(replace(found, id=TURN << 20), "input")) == NOTHING


@pytest.mark.parametrize("name", [name for name in sessions.SORT_NAMES if name != "project"])
def test_a_page_comes_by_the_index_of_its_order_without_sorting(database: Database, name: sessions.SortName) -> None:
    query = sessions.session_page(EMPTY, Sort(name), 30_000, 100)
    plan = [row[3] for row in database.writer.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters)]
    sorting = [place for place, step in enumerate(plan) if step == "USE TEMP B-TREE FOR ORDER BY"]
    assert sorting > [plan.index("SCAN g")]
    assert plan[1].removeprefix("SCAN s USING INDEX ") == {
        "last": "sessions_by_time",
        "started": "SEARCH t USING COVERING INDEX trajectories_by_parent (parent_id=?)",
        "agent": "SCAN t USING COVERING INDEX trajectories_by_agent",
    }.get(name, f"sessions_by_{name}")


@pytest.mark.parametrize(
    "text",
    [
        "cost>1",
        "tokens>1k",
        "turns>1 steps>1",
        "errors>1",
        "questions>1 high>0",
        "age<7d",
        "violations>1 retries>1",
        "cache>50 context>80",
    ],
)
def test_sums_are_compared_in_an_index_that_holds_all_of_them(database: Database, text: str) -> None:
    query = sessions.session_count(parse(text, NOON_MS))
    [plan] = [row[3] for row in database.writer.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters)]
    assert "USING COVERING INDEX summaries_by_time" in plan


def test_a_scan_would_be_seen(database: Database) -> None:
    assert database.plan(Query("SELECT max(length(prompt)) FROM trajectory_turns AS x", len)) == {"trajectory_turns"}
    assert database.plan(Query("SELECT count(*) FROM token_usage ORDER BY 1", len)) == {"token_usage"}


def test_tests_are_found_by_their_own_index(database: Database) -> None:
    query = consensus.group_runs(consensus.GroupKey("SPEC-1"))
    plan = [row[3] for row in database.writer.execute(f"EXPLAIN QUERY PLAN {query.sql}", dict(query.parameters))]
    assert "SEARCH y USING INDEX steps_by_test (id>? AND id<?)" in plan
    assert "SEARCH t USING COVERING INDEX trajectories_by_spec (spec_id=?)" in plan
