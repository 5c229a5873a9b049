"""The closed lists of decisions with their reasons, and of quality signals with their codes.

A decision has a type and a reason of that type, a quality signal a type and a code of that type: 25 reasons and 25
codes in all, so that both are counted without a text.
"""

from __future__ import annotations

from enum import StrEnum

RULES_VERSION = 3
"""Version of the rules that derive decisions and signals. Raised whenever the same record would give others: then all
session files are read again."""


class DecisionType(StrEnum):
    """What a decision is about."""

    TOOL_SELECTION = "tool_selection"
    RETRIEVAL_STRATEGY = "retrieval_strategy"
    RESPONSE_MODE = "response_mode"
    RETRY_STRATEGY = "retry_strategy"
    ORCHESTRATION_PATH = "orchestration_path"


class ReasonCode(StrEnum):
    """Why a decision was made; each reason belongs to one type of decision."""

    FRESH_DATA_REQUIRED = "fresh_data_required"
    CACHED_DATA_SUFFICIENT = "cached_data_sufficient"
    TOOL_UNAVAILABLE = "tool_unavailable"
    COST_OPTIMIZATION = "cost_optimization"
    LATENCY_OPTIMIZATION = "latency_optimization"
    ACCURACY_REQUIRED = "accuracy_required"
    SEMANTIC_SEARCH_PREFERRED = "semantic_search_preferred"
    KEYWORD_MATCH_SUFFICIENT = "keyword_match_sufficient"
    HYBRID_APPROACH_NEEDED = "hybrid_approach_needed"
    FILTER_APPLIED = "filter_applied"
    RERANK_REQUIRED = "rerank_required"
    STREAMING_REQUESTED = "streaming_requested"
    BATCH_PREFERRED = "batch_preferred"
    FORMAT_CONSTRAINT = "format_constraint"
    LENGTH_CONSTRAINT = "length_constraint"
    TRANSIENT_ERROR_DETECTED = "transient_error_detected"
    RATE_LIMIT_ENCOUNTERED = "rate_limit_encountered"
    NO_RETRY_TERMINAL_ERROR = "no_retry_terminal_error"
    RETRY_BUDGET_EXHAUSTED = "retry_budget_exhausted"
    BACKOFF_REQUIRED = "backoff_required"
    SEQUENTIAL_REQUIRED = "sequential_required"
    PARALLEL_PREFERRED = "parallel_preferred"
    CONDITIONAL_BRANCH = "conditional_branch"
    EARLY_EXIT = "early_exit"
    FALLBACK_PATH = "fallback_path"


class SignalType(StrEnum):
    """The subject of a quality signal."""

    SCHEMA_VALID = "schema_valid"
    EMPTY_RETRIEVAL = "empty_retrieval"
    TOOL_SUCCESS = "tool_success"
    TOOL_FAILURE = "tool_failure"
    RETRY_OCCURRED = "retry_occurred"
    LATENCY_THRESHOLD = "latency_threshold"
    TOKEN_USAGE = "token_usage"  # noqa: S105  no password


class SignalCode(StrEnum):
    """The statement of a quality signal; each code belongs to one type of signal."""

    FULL_MATCH = "full_match"
    PARTIAL_MATCH = "partial_match"
    VALIDATION_FAILED = "validation_failed"
    NO_SCHEMA_DEFINED = "no_schema_defined"
    NO_RESULTS = "no_results"
    FILTERED_OUT = "filtered_out"
    INDEX_EMPTY = "index_empty"
    FIRST_ATTEMPT = "first_attempt"
    AFTER_RETRY = "after_retry"
    FALLBACK_USED = "fallback_used"
    TIMEOUT = "timeout"
    INVALID_INPUT = "invalid_input"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    AUTHENTICATION_FAILED = "authentication_failed"
    SINGLE_RETRY = "single_retry"
    MULTIPLE_RETRIES = "multiple_retries"
    MAX_RETRIES_REACHED = "max_retries_reached"
    UNDER_THRESHOLD = "under_threshold"
    EXCEEDED_THRESHOLD = "exceeded_threshold"
    SIGNIFICANTLY_EXCEEDED = "significantly_exceeded"
    LOW_USAGE = "low_usage"
    MODERATE_USAGE = "moderate_usage"
    HIGH_USAGE = "high_usage"
    LIMIT_APPROACHED = "limit_approached"


_R, _C = ReasonCode, SignalCode

REASONS: dict[str, tuple[str, ...]] = {
    DecisionType.TOOL_SELECTION: (
        _R.FRESH_DATA_REQUIRED,
        _R.CACHED_DATA_SUFFICIENT,
        _R.TOOL_UNAVAILABLE,
        _R.COST_OPTIMIZATION,
        _R.LATENCY_OPTIMIZATION,
        _R.ACCURACY_REQUIRED,
    ),
    DecisionType.RETRIEVAL_STRATEGY: (
        _R.SEMANTIC_SEARCH_PREFERRED,
        _R.KEYWORD_MATCH_SUFFICIENT,
        _R.HYBRID_APPROACH_NEEDED,
        _R.FILTER_APPLIED,
        _R.RERANK_REQUIRED,
    ),
    DecisionType.RESPONSE_MODE: (
        _R.STREAMING_REQUESTED,
        _R.BATCH_PREFERRED,
        _R.FORMAT_CONSTRAINT,
        _R.LENGTH_CONSTRAINT,
    ),
    DecisionType.RETRY_STRATEGY: (
        _R.TRANSIENT_ERROR_DETECTED,
        _R.RATE_LIMIT_ENCOUNTERED,
        _R.NO_RETRY_TERMINAL_ERROR,
        _R.RETRY_BUDGET_EXHAUSTED,
        _R.BACKOFF_REQUIRED,
    ),
    DecisionType.ORCHESTRATION_PATH: (
        _R.SEQUENTIAL_REQUIRED,
        _R.PARALLEL_PREFERRED,
        _R.CONDITIONAL_BRANCH,
        _R.EARLY_EXIT,
        _R.FALLBACK_PATH,
    ),
}
"""The reasons of each type of decision."""

CODES: dict[str, tuple[str, ...]] = {
    SignalType.SCHEMA_VALID: (_C.FULL_MATCH, _C.PARTIAL_MATCH, _C.VALIDATION_FAILED, _C.NO_SCHEMA_DEFINED),
    SignalType.EMPTY_RETRIEVAL: (_C.NO_RESULTS, _C.FILTERED_OUT, _C.INDEX_EMPTY),
    SignalType.TOOL_SUCCESS: (_C.FIRST_ATTEMPT, _C.AFTER_RETRY, _C.FALLBACK_USED),
    SignalType.TOOL_FAILURE: (
        _C.TIMEOUT,
        _C.INVALID_INPUT,
        _C.UNAVAILABLE,
        _C.RATE_LIMITED,
        _C.AUTHENTICATION_FAILED,
    ),
    SignalType.RETRY_OCCURRED: (_C.SINGLE_RETRY, _C.MULTIPLE_RETRIES, _C.MAX_RETRIES_REACHED),
    SignalType.LATENCY_THRESHOLD: (_C.UNDER_THRESHOLD, _C.EXCEEDED_THRESHOLD, _C.SIGNIFICANTLY_EXCEEDED),
    SignalType.TOKEN_USAGE: (_C.LOW_USAGE, _C.MODERATE_USAGE, _C.HIGH_USAGE, _C.LIMIT_APPROACHED),
}
"""The codes of each type of quality signal."""


def validate_decision_type(decision_type: object) -> bool:
    """Return whether there is such a type of decision."""
    return isinstance(decision_type, str) and decision_type in REASONS


def validate_reason_code(decision_type: object, reason_code: object) -> bool:
    """Return whether decisions of that type have such a reason."""
    return isinstance(reason_code, str) and reason_code in get_valid_reason_codes(decision_type)


def validate_signal_type(signal_type: object) -> bool:
    """Return whether there is such a type of quality signal."""
    return isinstance(signal_type, str) and signal_type in CODES


def validate_signal_code(signal_type: object, signal_code: object) -> bool:
    """Return whether quality signals of that type have such a code."""
    return isinstance(signal_code, str) and signal_code in get_valid_signal_codes(signal_type)


def get_valid_reason_codes(decision_type: object) -> tuple[str, ...]:
    """Return the reasons of a type of decision, none for a type that does not exist."""
    return REASONS.get(decision_type, ()) if isinstance(decision_type, str) else ()


def get_valid_signal_codes(signal_type: object) -> tuple[str, ...]:
    """Return the codes of a type of quality signal, none for a type that does not exist."""
    return CODES.get(signal_type, ()) if isinstance(signal_type, str) else ()
