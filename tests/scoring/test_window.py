"""Context windows: what is recorded, what a session shows of itself, what the catalogue says."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.prices.context_windows import context_window
from ppp_tui.scoring.prices.cost import Prices

CATALOGUED = Prices().catalogued_window


@pytest.mark.parametrize(
    ("model", "recorded", "greatest_seen", "expected"),
    [
        ("gpt-5.5", 258_400, 90_000, 258_400),  # the log's own word, though the catalogue says 1 M
        ("claude-opus-4-6", 500_000, 300_000, 500_000),
        ("claude-opus-4-6", None, 0, 200_000),  # the catalogue says 1 M, the agent compacts at 176 k
        ("claude-opus-4-6", None, 200_000, 200_000),
        ("claude-opus-4-6", None, 200_001, 1_000_000),
        ("claude-opus-4-5-20251101", None, 998_659, 1_000_000),
        ("anthropic/claude-sonnet-4.5", None, 12, 200_000),
        ("claude-opus-5", None, 0, 1_000_000),
        ("claude-haiku-5-5", None, 0, 1_000_000),
        ("claude-sonnet-5-20261001", None, 150_000, 1_000_000),
        ("claude-fable-9", None, 0, 1_000_000),  # in no catalogue yet
        ("eu.anthropic.claude-opus-5-v1:0", None, 0, 1_000_000),
        ("claude-opus-4-6[1m]", None, 0, 1_000_000),
        ("claude-sonnet-4-5-20250929[1m]", None, 0, 1_000_000),
        ("claude-sonnet-4-5-1m", None, 0, 1_000_000),
        ("claude-3-5-sonnet-20241022", None, 0, 200_000),
        ("claude-opus-4-20250514", None, 0, 200_000),
        ("claude-not-in-any-catalogue", None, 12, 200_000),
        ("gpt-5.3-codex", None, 1_000, 400_000),
        ("GPT-5.3-Codex", None, 1_000, 400_000),
        ("gemini-2.5-pro", None, 0, 1_048_576),
        ("gemini-3-flash-preview", None, 0, 1_048_576),
        ("google/gemini-3-pro-preview", None, 0, 1_048_576),
    ],
)
def test_known_windows(model: str, recorded: int | None, greatest_seen: int, expected: int) -> None:
    assert context_window(model, recorded, greatest_seen, CATALOGUED) == expected


@pytest.mark.parametrize("model", ["", "<synthetic>", "my-own-model", "gpt-5.3-codex-spark", "kimi-k2"])
def test_nothing_tells(model: str) -> None:
    assert context_window(model, None, 1_000, CATALOGUED) is None


@pytest.mark.parametrize("recorded", [0, -1])
def test_a_recorded_window_of_nothing_is_none(recorded: int) -> None:
    assert context_window("claude-opus-4-5", recorded, 0, CATALOGUED) == 200_000


@pytest.mark.parametrize(("model", "greatest_seen"), [("gpt-5.3-codex", 400_001), ("claude-opus-5", 1_000_001)])
def test_a_window_smaller_than_what_was_in_it_is_unknown(model: str, greatest_seen: int) -> None:
    assert context_window(model, None, greatest_seen, CATALOGUED) is None
