"""Rules for the outcome of a tool call by its record: whether and why it failed, and whether it found nothing.

They look at the beginning of an output only, where tools say what went wrong; a failure without such words has no code.
"""

from __future__ import annotations

from ppp_tui.model.agent_codes import DecisionType, ReasonCode, SignalCode
from ppp_tui.model.patterns import lazy_pattern

TOOL_KINDS = frozenset({"shell", "read", "edit", "search", "web", "subagent", "mcp", "tool"})
"""Kinds of steps that are calls of tools; asking the user and planning are not."""

_LOOKED_AT_CHARS = 300
_TIMEOUT_EXIT_CODES = (124,)
"""Exit codes of the command `timeout`."""
_MISSING_PROGRAM_EXIT_CODE = 127

_I = r"(?i)"
_SHELL_CODES = (
    (SignalCode.TIMEOUT, lazy_pattern(_I + r"\A(?:exit code \d+\s+)?(?:command )?(?:timed out|timeout\b)")),
    (SignalCode.UNAVAILABLE, lazy_pattern(_I + r"command not found|is not recognized as an? (?:internal|name)")),
    (SignalCode.RATE_LIMITED, lazy_pattern(_I + r"\b429 too many requests|(?:api|secondary) rate limit")),
    (
        SignalCode.AUTHENTICATION_FAILED,
        lazy_pattern(
            _I + r"authentication failed|permission denied \(publickey|could not read (?:username|password)|"
            r"invalid (?:api key|credentials)|\b401 unauthorized|(?:not|you must) log(?:ged)? ?in\b"
        ),
    ),
    (
        SignalCode.INVALID_INPUT,
        lazy_pattern(
            _I + r"\A(?:exit code \d+\s+)?[^\n]*(?:no such file or directory|(?:unknown|unrecognized|invalid) "
            r"(?:flag|option|command|argument)|syntax error|unmatched|ambiguous argument|no matches found: )"
        ),
    ),
)
_TOOL_CODES = (
    (SignalCode.TIMEOUT, lazy_pattern(_I + r"\btimed out\b|\btimeout (?:of|after|exceeded)|deadline exceeded")),
    (SignalCode.RATE_LIMITED, lazy_pattern(_I + r"\b429\b|rate.?limit|too many requests")),
    (
        SignalCode.AUTHENTICATION_FAILED,
        lazy_pattern(_I + r"\b40[13]\b|unauthori[sz]ed|authentication|invalid api key|\bforbidden\b"),
    ),
    (
        SignalCode.UNAVAILABLE,
        lazy_pattern(
            _I + r"unknown (?:skill|tool)|agent type '[^'\n]*' not found|\b(?:tool|server)\b[^\n]{0,60} "
            r"(?:is )?(?:not (?:available|found|connected|enabled)|unavailable)|no such tool|\b503\b|econnrefused"
        ),
    ),
    (
        SignalCode.INVALID_INPUT,
        lazy_pattern(
            _I + r"validation ?error|<tool_use_error>|verification failed|exceeds maximum allowed|eisdir|enoent|"
            r"does not exist|no such file|invalid (?:input|argument|parameter)|missing required|not found in file|"
            r"syntaxerror|unknown process id"
        ),
    ),
)
_NOTHING = lazy_pattern(
    _I + r"\A\s*(?:no (?:files|matches|results|matching files)(?: were| was)? found|found 0 |0 (?:matches|results)\b|"
    r"no (?:matches|results)\.?\s*\Z)"
)
_SEARCH_COMMAND = lazy_pattern(r"(?:\A|&&|;)\s*(?:rg|grep|egrep|fgrep|git grep|ag|ack)\s(?:[^|;&]|\\[|;&])*\Z")
_SEMANTIC = lazy_pattern(_I + r"semantic|embedding|vector|codebase_?search|grepai")


def failure_code(kind: str, exit_code: int | None, output: str) -> SignalCode | None:
    """Return why a tool call failed, None if its record does not say so in known words."""
    beginning = output[:_LOOKED_AT_CHARS]
    if kind == "shell":
        if exit_code in _TIMEOUT_EXIT_CODES:
            return SignalCode.TIMEOUT
        if exit_code == _MISSING_PROGRAM_EXIT_CODE:
            return SignalCode.UNAVAILABLE
    codes = _SHELL_CODES if kind == "shell" else _TOOL_CODES
    return next((code for code, pattern in codes if pattern.search(beginning)), None)


def is_empty_search(kind: str, target: str, exit_code: int | None, output: str, output_length: int) -> bool | None:
    """Return whether a search had no hits; None if it was not a search, or that is unknown.

    A shell command counts where it ends in a program that searches: that one exits with 1 and prints nothing.
    """
    if kind == "search":
        return bool(_NOTHING.search(output[:_LOOKED_AT_CHARS])) if output_length else None
    if kind == "shell" and exit_code == 1 and not output_length and _SEARCH_COMMAND.search(target):
        return True
    return None


def retry_code(attempts: int, *, is_recovered: bool, is_exhausted: bool) -> SignalCode | None:
    """Return the code for how often something was retried, None for never; `attempts` counts failures."""
    if is_exhausted:
        return SignalCode.MAX_RETRIES_REACHED
    retries = attempts if is_recovered else attempts - 1
    return SignalCode.SINGLE_RETRY if retries == 1 else SignalCode.MULTIPLE_RETRIES if retries > 1 else None


def choice_reason(kind: str, tool: str, *, is_beside_another: bool) -> tuple[DecisionType, ReasonCode] | None:
    """Return the type and reason of the decision in the choice of a tool, None if none is evident.

    `is_beside_another`: a sub-agent that is started while another one works.
    """
    if kind == "web":
        return DecisionType.TOOL_SELECTION, ReasonCode.FRESH_DATA_REQUIRED
    if kind == "search":
        is_semantic = _SEMANTIC.search(tool)
        reason = ReasonCode.SEMANTIC_SEARCH_PREFERRED if is_semantic else ReasonCode.KEYWORD_MATCH_SUFFICIENT
        return DecisionType.RETRIEVAL_STRATEGY, reason
    if kind == "subagent" and is_beside_another:
        return DecisionType.ORCHESTRATION_PATH, ReasonCode.PARALLEL_PREFERRED
    if kind == "plan" and tool in _PLAN_MODES:
        return DecisionType.ORCHESTRATION_PATH, ReasonCode.SEQUENTIAL_REQUIRED
    return None


_PLAN_MODES = frozenset({"EnterPlanMode", "enter_plan_mode", "plan"})
"""Tools and permission modes in which the agent plans before it acts."""


def mode_choice(mode: str) -> tuple[DecisionType, ReasonCode]:
    """Return the type and reason of the decision for a permission mode: to plan first, or to go on under conditions."""
    reason = ReasonCode.SEQUENTIAL_REQUIRED if mode in _PLAN_MODES else ReasonCode.CONDITIONAL_BRANCH
    return DecisionType.ORCHESTRATION_PATH, reason


def retry_reason(failure: str, wait_ms: int | None, *, is_final: bool) -> ReasonCode:
    """Return why a failed model request is retried or not."""
    if is_final:
        return ReasonCode.NO_RETRY_TERMINAL_ERROR
    if failure == "rate_limit":
        return ReasonCode.RATE_LIMIT_ENCOUNTERED
    return ReasonCode.BACKOFF_REQUIRED if wait_ms else ReasonCode.TRANSIENT_ERROR_DETECTED
