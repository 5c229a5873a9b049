"""The closed lists of decisions and quality signals, and the helpers that ask them."""

from __future__ import annotations

import pytest

from ppp_tui.model.agent_codes import (
    CODES,
    REASONS,
    DecisionType,
    ReasonCode,
    SignalCode,
    SignalType,
    get_valid_reason_codes,
    get_valid_signal_codes,
    validate_decision_type,
    validate_reason_code,
    validate_signal_code,
    validate_signal_type,
)


def test_there_are_five_types_of_decisions_with_25_reasons() -> None:
    # The documents say 23 and list 25: the lists count.
    assert [(kind, len(codes)) for kind, codes in REASONS.items()] == [
        ("tool_selection", 6),
        ("retrieval_strategy", 5),
        ("response_mode", 4),
        ("retry_strategy", 5),
        ("orchestration_path", 5),
    ]
    assert len(ReasonCode) == 25 == len({code for codes in REASONS.values() for code in codes})


def test_there_are_seven_types_of_signals_with_25_codes() -> None:
    assert [(kind, len(codes)) for kind, codes in CODES.items()] == [
        ("schema_valid", 4),
        ("empty_retrieval", 3),
        ("tool_success", 3),
        ("tool_failure", 5),
        ("retry_occurred", 3),
        ("latency_threshold", 3),
        ("token_usage", 4),
    ]
    assert len(SignalCode) == 25 == len({code for codes in CODES.values() for code in codes})


@pytest.mark.parametrize("kind", list(DecisionType))
def test_a_type_of_decision_is_valid_by_its_text(kind: DecisionType) -> None:
    assert validate_decision_type(kind.value)


@pytest.mark.parametrize("kind", ["", "TOOL_SELECTION", "tool selection", "tool_success", None, 3, ["tool_selection"]])
def test_no_other_type_of_decision_is_valid(kind: object) -> None:
    assert not validate_decision_type(kind)
    assert get_valid_reason_codes(kind) == ()


def test_a_reason_of_another_type_is_not_valid() -> None:
    assert validate_reason_code("retry_strategy", "backoff_required")
    assert not validate_reason_code("tool_selection", "backoff_required")
    assert not validate_reason_code("retry_strategy", None)
    assert not validate_reason_code(None, "backoff_required")


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_type_of_signal_is_valid_by_its_text(kind: SignalType) -> None:
    assert validate_signal_type(kind.value)


@pytest.mark.parametrize("kind", ["", "Tool_Success", "tool_selection", None, {}, 1.5])
def test_no_other_type_of_signal_is_valid(kind: object) -> None:
    assert not validate_signal_type(kind)
    assert get_valid_signal_codes(kind) == ()


def test_a_code_of_another_type_is_not_valid() -> None:
    assert validate_signal_code("tool_failure", "timeout")
    assert not validate_signal_code("tool_success", "timeout")
    # The codes of an example in the documents are in no list.
    assert not validate_signal_code("retrieval_success", "results_found")


def test_valid_codes_are_listed_in_order() -> None:
    assert get_valid_reason_codes("response_mode") == (
        "streaming_requested",
        "batch_preferred",
        "format_constraint",
        "length_constraint",
    )
    assert get_valid_signal_codes("empty_retrieval") == ("no_results", "filtered_out", "index_empty")
