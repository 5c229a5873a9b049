"""Context windows that nobody recorded: one for the whole of a session, so that a gauge never falls as it fills."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.settings.prices import ModelPrices
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, age
from tests.sources.claude_lines import assistant, envelope, text, user
from tests.sources.parsed_lines import content


def asked(number: int, prompt_tokens: int, model: str) -> list[dict[str, Any]]:
    """A turn whose request was given so many tokens."""
    record = assistant(
        f"a{number}",
        text("Yes."),
        10 * number + 1,
        message_id=f"msg_{number}",
        request=f"req_{number}",
        stop="end_turn",
        version="2.1.300",
    )
    record["message"]["model"] = model
    record["message"]["usage"] = {"input_tokens": prompt_tokens, "output_tokens": 1}
    return [user(f"u{number}", f"Question {number}", 10 * number), record]


def windows(
    folder: Path, *steps: list[dict[str, Any]], is_cut: bool, stated: tuple[tuple[str, ModelPrices], ...] = ()
) -> list[tuple[int, int, int]]:
    """Tokens, window and whether it is inferred, turn by turn; read step by step, or at once."""
    path, database = folder / "projects" / "p" / "s.jsonl", folder / "a.db"
    path.parent.mkdir(parents=True)
    parts = [content(*records) for records in steps]
    contents = [b"".join(parts[: end + 1]) for end in range(len(parts))]
    for written in contents if is_cut else contents[-1:]:
        path.write_bytes(written)
        age(path)
        with closing(Writer(database)) as writer:
            options = IngestOptions(database, (), (("claude_code", folder / "projects"),), prices=stated)
            Pipeline(writer, options, FrozenClock(LATER_MS), {}, folder).run(follow=False)
    with closing(Writer(database)) as writer:
        turns = writer._connection.execute(
            "SELECT context_tokens, context_window, is_window_inferred FROM trajectory_turns ORDER BY id"
        ).fetchall()
        used = "SELECT used_tokens, window_tokens, is_window_inferred FROM context_use ORDER BY id"
        last = "SELECT context_tokens, context_window, is_window_inferred FROM trajectory_summaries"
        assert writer._connection.execute(used).fetchall() == turns
        assert writer._connection.execute(last).fetchall() == turns[-1:]
    return turns


OPUS = "claude-opus-4-6"


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_window_that_proves_larger_was_larger_from_the_beginning(tmp_path: Path, is_cut: bool) -> None:
    sizes = (150_000, 190_000, 210_000, 260_000)
    found = windows(tmp_path, *(asked(number, size, OPUS) for number, size in enumerate(sizes, 1)), is_cut=is_cut)
    assert found == [(size, 1_000_000, 1) for size in sizes]
    shares = [used / window for used, window, _ in found]
    assert shares == sorted(shares)


def test_without_proof_the_window_is_the_common_one(tmp_path: Path) -> None:
    assert windows(tmp_path, asked(1, 150_000, OPUS), is_cut=False) == [(150_000, 200_000, 1)]


def test_another_model_with_a_larger_window_does_not_enlarge_the_first_ones(tmp_path: Path) -> None:
    found = windows(tmp_path, asked(1, 90_000, OPUS), asked(2, 95_000, "claude-opus-5"), is_cut=False)
    assert found == [(90_000, 200_000, 1), (95_000, 1_000_000, 1)]


def test_a_window_that_the_user_states_is_not_inferred(tmp_path: Path) -> None:
    stated = ((OPUS, ModelPrices(context_window=400_000)),)
    found = windows(tmp_path, asked(1, 90_000, OPUS), asked(2, 250_000, OPUS), is_cut=False, stated=stated)
    assert found == [(90_000, 400_000, 0), (250_000, 400_000, 0)]


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_compaction_tells_how_large_the_session_was(tmp_path: Path, is_cut: bool) -> None:
    condensed = envelope(
        "system",
        "b",
        15,
        subtype="compact_boundary",
        content="Conversation compacted",
        compactMetadata={"trigger": "auto", "preTokens": 700_000},
    )
    found = windows(tmp_path, asked(1, 150_000, OPUS), [condensed], asked(2, 30_000, OPUS), is_cut=is_cut)
    assert found == [(150_000, 1_000_000, 1), (30_000, 1_000_000, 1)]
