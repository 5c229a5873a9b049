"""What leaves the machine: of each column of each shared table, the level from which on it is shared.

A test fails for a column of a shared table without a level. What a column holds below its level is not sent: in its
place stands NULL or the column's default, or for names of things a keyed hash, so that equal ones stay equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ppp_tui.model.project import SHARE_LEVELS, ShareLevel

SHARE_VERSION = 5
"""Raised when what a level holds changes: what was shared before is then shared again."""

Change = Literal[
    "",
    "trajectory",
    "turn",
    "row",
    "number",
    "parent",
    "root",
    "replica",
    "project",
    "session",
    "task",
    "live",
    "event",
    "redacted",
    "hashed",
    "path",
    "beginning",
    "json",
]
"""What is done to a value before it leaves. trajectory, turn, row: a number that begins with the trajectory's gets the
shared store's · number: one of the local database's gets the replica's before it · parent, root: another trajectory's ·
replica: gives way to the replica's number · project: the repository's name · session: an id, or the hash of a name ·
task: what tells equal tasks · live: facts without what is above the level · event: fields likewise · redacted: without
secrets · hashed: the same, and a hash below its level · path: the same, relative · beginning: cut short below text ·
json: redacted inside."""


class SharedColumn(NamedTuple):
    """A column of a shared table."""

    name: str
    level: ShareLevel
    """From which on its value is shared; `none` for never."""
    change: Change


class SharedTable(NamedTuple):
    """A table whose rows are shared."""

    name: str
    columns: tuple[SharedColumn, ...]
    row_level: ShareLevel = "figures"
    """The level from which on there are any rows."""
    stored_as: str = ""
    """Its name in the shared store, '' for the same."""

    @property
    def target(self) -> str:
        """The table of the shared store that its rows go to."""
        return self.stored_as or self.name


_RULES: Mapping[str, tuple[ShareLevel, Change]] = {
    "trajectory_ids": ("figures", "trajectory"),
    "turn_ids": ("figures", "turn"),
    "row_ids": ("figures", "row"),
    "numbers": ("figures", "number"),
    "parents": ("figures", "parent"),
    "roots": ("figures", "root"),
    "replicas": ("figures", "replica"),
    "figures": ("figures", ""),
    "projects": ("figures", "project"),
    "sessions": ("figures", "session"),
    "tasks": ("figures", "task"),
    "live": ("figures", "live"),
    "events": ("figures", "event"),
    "summaries": ("summaries", "redacted"),
    "summary_lists": ("summaries", "json"),
    "summary_names": ("summaries", "hashed"),
    "beginnings": ("summaries", "beginning"),
    "texts": ("text", "redacted"),
    "text_lists": ("text", "json"),
    "text_names": ("text", "hashed"),
    "paths": ("text", "path"),
    "never": ("none", ""),
}
"""Level and change by the word under which `_table` takes columns."""


def _table(name: str, *, row_level: ShareLevel = "figures", stored_as: str = "", **columns_by_rule: str) -> SharedTable:
    columns = tuple(
        SharedColumn(column, *_RULES[rule]) for rule, names in columns_by_rule.items() for column in names.split()
    )
    return SharedTable(name, columns, row_level, stored_as)


_USAGE = (
    "model reasoning_effort requests input_tokens output_tokens cache_read_tokens cache_write_tokens cost_micros "
    "unpriced_requests lower_bound_requests cache_write_1h_tokens reasoning_tokens reasoning_requests saved_micros "
    "reported_micros reported_requests"
)
_COUNTS = "files bytes code comments blanks tokens"

TRAJECTORIES = _table(
    "trajectories",
    trajectory_ids="id",
    parents="parent_id",
    replicas="file_id",
    figures="agent_name created_at source agent_version model entrypoint attempt ended_at outcome parent_step",
    projects="project",
    sessions="native_id parent_native_id forked_from",
    summaries="title branch stage agent_role",
    summary_names="spec_id run_id",
    beginnings="first_prompt",
    never="lane path",
)
SUMMARIES = _table(
    "trajectory_summaries",
    trajectory_ids="trajectory_id",
    figures=(
        "last_at turns last_turn_number requests input_tokens output_tokens reasoning_tokens cache_read_tokens "
        "cache_write_tokens cost_micros unpriced_requests lower_bound_turns wall_ms steps failed_steps retries "
        "low_questions medium_questions high_questions violations tree_requests tree_input_tokens tree_output_tokens "
        "tree_cache_read_tokens tree_cache_write_tokens tree_cost_micros tree_unpriced_requests "
        "tree_lower_bound_turns children context_tokens context_window scored_by low_asks medium_asks high_asks "
        "minor_violations major_violations critical_violations tool_ms waiting_ms retry_ms test_runs red_test_runs "
        "tests_run tests_passed tests_failed tests_skipped retry_chains max_retries_hit model_fallbacks stated_tokens "
        "tree_stated_tokens is_window_inferred is_child"
    ),
    tasks="task_key",
    live="live",
    never="revision pid",
)
OF_TRAJECTORIES = (
    TRAJECTORIES,
    SUMMARIES,
    _table("rate_limits", trajectory_ids="trajectory_id", figures="name at used_percent window_minutes resets_at plan"),
    _table(
        "preference_verdicts",
        trajectory_ids="trajectory_id",
        figures="preference_name verdict reward method",
        texts="detail",
    ),
    _table(
        "consensus_artifacts",
        numbers="id",
        trajectory_ids="trajectory_id",
        figures="agent_name score created_at",
        summaries="stage",
        summary_names="spec_id run_id",
        text_lists="content_json",
        texts="response_text",
        never="file_id file_row",
    ),
    _table(
        "trajectory_metadata", row_level="summaries", trajectory_ids="trajectory_id", summaries="name", texts="value"
    ),
    _table("session_hours", trajectory_ids="trajectory_id", roots="root_id", figures=f"hour {_USAGE}"),
    _table("session_days", trajectory_ids="trajectory_id", roots="root_id", figures=f"day {_USAGE}"),
    _table(
        "decision_counts",
        trajectory_ids="trajectory_id",
        figures="decision_type reason_code source decisions confident confidence_micros",
    ),
    _table(
        "signal_counts",
        trajectory_ids="trajectory_id",
        figures="signal_type signal_code source true_count false_count",
    ),
    _table(
        "evaluations",
        trajectory_ids="trajectory_id",
        figures="name method verdict score",
        texts="reason",
        text_lists="evidence",
    ),
)
"""Tables whose rows belong to a trajectory as a whole, each after those that its rows refer to."""

OF_TURNS = (
    _table(
        "trajectory_turns",
        turn_ids="id",
        trajectory_ids="trajectory_id",
        figures=(
            "turn_number token_count latency_ms timestamp ended_at first_token_ms origin status is_rolled_back is_copy "
            "context_tokens context_window requests input_tokens output_tokens reasoning_tokens cache_read_tokens "
            "cache_write_tokens cost_micros unpriced_requests is_lower_bound steps failed_steps retries low_questions "
            "medium_questions high_questions violations prompt_length response_length scored_by is_window_inferred"
        ),
        texts="prompt response prompt_hash response_hash",
        never="key_hash",
    ),
    _table(
        "turn_times",
        turn_ids="id",
        figures="tool_ms waiting_ms retry_ms left_out_ms permission_ms permission_tool_ms",
    ),
    _table(
        "context_use",
        turn_ids="id",
        figures=(
            "used_tokens peak_tokens window_tokens system_tokens file_tokens tool_tokens conversation_tokens "
            "compactions overflows is_window_inferred"
        ),
    ),
    _table("turn_verdicts", turn_ids="turn_id", figures="preference_name kept violated unjudged"),
    _table(
        "trajectory_questions",
        row_ids="id",
        turn_ids="turn_id",
        figures=("effort_level method rule source asked_at answered_at step_key text_start text_end answer_status"),
        summaries="question_text",
        summary_lists="options",
        texts="answer",
    ),
    _table(
        "trajectory_violations",
        row_ids="id",
        turn_ids="turn_id",
        figures="preference_name severity method source text_start text_end",
        summaries="expected",
        texts="actual",
    ),
    _table(
        "steps",
        row_ids="id",
        figures=(
            "key kind tool status exit_code started_at ended_at duration_ms input_length output_length text_start "
            "text_end request_number"
        ),
        sessions="child_native_id",
        texts="target input_preview output_preview",
        never="input_offset input_bytes output_offset output_bytes",
    ),
    _table(
        "token_usage",
        row_ids="id",
        figures=(
            "is_counted at model input_tokens output_tokens reasoning_tokens cache_read_tokens cache_write_5m_tokens "
            "cache_write_1h_tokens cost_micros is_lower_bound is_aside stop_reason speed service_tier web_searches "
            "first_token_ms saved_micros reported_micros provider inference_geo reasoning_effort"
        ),
        never="key_hash alias_hash",
    ),
    _table(
        "retries",
        row_ids="id",
        figures="at reason attempt max_attempts wait_ms status_code is_final",
        texts="message",
    ),
    _table("features", row_ids="id", figures="at", summary_names="commit_hash"),
    _table("pull_requests", row_ids="id", figures="action at", summary_names="url reference"),
    _table(
        "test_runs",
        row_ids="id",
        figures=(
            "source step_number agent_name is_copy framework unit at model total passed failed skipped duration_ms "
            "drop_points exit_failed"
        ),
        projects="project",
        summary_names="suite selection variant",
    ),
    _table("project_changes", row_ids="id", figures="is_copy at", projects="project"),
    _table(
        "retry_chains",
        row_ids="id",
        figures=(
            "agent_name is_copy kind model fallback_model tool reason attempts wait_ms started_at ended_at outcome "
            "is_exhausted"
        ),
        projects="project",
        text_names="target",
    ),
    _table(
        "file_accesses",
        row_ids="id",
        figures="step_number agent_name is_copy action at tokens",
        projects="project",
        paths="path",
    ),
    _table(
        "agent_decisions",
        row_ids="decision_id",
        figures="step_number decision_type reason_code confidence recorded_at source rules is_copy",
        summaries="selected",
        summary_lists="candidates",
        text_lists="metadata",
    ),
    _table(
        "agent_quality_signals",
        row_ids="signal_id",
        figures="step_number signal_type signal_code value weight recorded_at source rules is_copy",
        text_lists="metadata",
    ),
    _table("test_failures", row_ids="test_run_id", figures="number", text_names="name", texts="reason"),
)
"""Tables whose rows belong to a turn; a key is the turn's number, or a number that begins with it."""

OF_REPLICAS = (
    _table(
        "session_reports",
        sessions="native_id",
        figures=("source at model cost_micros api_ms wall_ms context_tokens context_window"),
    ),
    _table("alerts", numbers="id", trajectory_ids="trajectory_id", figures="rule since value until"),
    _table(
        "performance_events",
        numbers="id",
        figures=(
            "at type agent_id agent_version task_type success quality duration_ms tokens cost_micros identifiers "
            "is_anonymized"
        ),
        summary_names="task_id",
        events="data",
    ),
    _table(
        "agents",
        stored_as="agents_by_replica",
        figures=(
            "agent_id registered_at agent_version baseline_latency_ms baseline_accuracy baseline_cost_usd "
            "baseline_reliability status status_at first_at last_at"
        ),
        summary_lists="capabilities",
        texts="status_reason",
    ),
    _table(
        "codebases",
        stored_as="codebases_by_replica",
        numbers="id",
        figures=f"indexed_at build_ms counted_files is_whole {_COUNTS}",
        projects="project",
    ),
    _table("codebase_types", numbers="codebase_id", figures=f"type {_COUNTS}"),
)
"""Tables whose rows belong to a local database as a whole."""

KEPT = frozenset({"source_files", "source_news", "unknown_records", "raw_chunks", "codebase_files"})
"""Tables of which nothing is shared: where files lie, what they hold, and the list of a project's files."""


def lower_share(*shares: ShareLevel) -> ShareLevel:
    """Return the least of some levels."""
    return min(shares, key=SHARE_LEVELS.index)


def is_shared_at(column_level: ShareLevel, share: ShareLevel) -> bool:
    """Return whether a value of this level is shared where a project is shared up to `share`."""
    return column_level != "none" and SHARE_LEVELS.index(column_level) <= SHARE_LEVELS.index(share)
