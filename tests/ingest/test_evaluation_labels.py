"""Evaluations by rules beside labels by hand of recorded sessions: agreement beside chance, for each of the four.

The labels are one reader's, who also wrote the rules; those with odd numbers were looked at while the rules were tuned.
A file and a session are named by hashes: no recorded text stands here. Snapshots of a growing session count each.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import pytest

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.evaluation import EVALUATION_NAMES
from ppp_tui.store.write import Writer
from tests.corpus import CORPUS, needs_corpus
from tests.ingest.house import LATER_MS

pytestmark = [needs_corpus, pytest.mark.slow]

LABELS = Path(__file__).with_name("evaluation_labels.tsv")
KINDS = {
    "claude-code": "claude_code",
    "codex": "codex",
    "copilot-cli": "copilot_cli",
    "gemini-cli": "gemini_cli_json",
    "pi": "pi",
}
PI_NAME = "2025-11-20T23-33-50-805Z_d703a1a9-1b7b-4fb1-b512-c9738b1fe617.jsonl"
Pairs = list[tuple[str, str]]


def digest(content: bytes, size: int) -> str:
    return blake2b(content, digest_size=size).hexdigest()


def placed(path: Path, folder: Path) -> Path:
    """Copy a recorded file to where, and under the name by which, its agent would keep it."""
    kind, name = KINDS[path.relative_to(CORPUS).parts[0]], path.name
    identity = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", name)
    if kind == "copilot_cli" and identity is not None:
        folder, name = folder / identity[0], "events.jsonl"
    elif kind == "gemini_cli_json" and identity is not None:
        folder, name = folder / "chats", f"session-2026-06-01T00-00-{identity[0][:8]}.json"
    elif kind == "codex":
        name = f"{name.split('__')[0]}.jsonl"
    elif kind == "pi":
        name = PI_NAME
    elif identity is None:
        name = "cc432c40-0000-4000-8000-000000000000.jsonl"
    folder.mkdir(parents=True)
    return Path(shutil.copy(path, folder / name))


def evaluated(path: Path, folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Verdicts of all sessions of a file, by the hashes of file and session."""
    kind = KINDS[path.relative_to(CORPUS).parts[0]]
    root = placed(path, folder / "home" / "sessions")
    root = root.parents[1] if kind in ("copilot_cli", "gemini_cli_json") else root.parent
    database = folder / "a.db"
    with closing(Writer(database)) as writer:
        options = IngestOptions(database, (), ((kind, root),))
        Pipeline(writer, options, FrozenClock(LATER_MS), {}, folder / "home").run(follow=False)
        rows = writer._connection.execute(
            "SELECT t.native_id, e.name, e.verdict FROM evaluations AS e JOIN trajectories AS t "
            "ON t.id = e.trajectory_id"
        ).fetchall()
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    for native_id, name, verdict in rows:
        key = (digest(path.read_bytes(), 6), digest(native_id.encode(), 4))
        verdicts.setdefault(key, {})[name] = verdict
    return verdicts


def agreement(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """How often rule and label agree, and how often they would by chance."""
    rules, labels = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    observed = sum(rule == label for rule, label in pairs) / len(pairs)
    return observed, sum(rules[name] * labels[name] for name in rules) / len(pairs) ** 2


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pairs]:
    """Rule and label of each labelled session, by evaluation."""
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    wanted = {row[0] for row in rows}
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        if digest(path.read_bytes(), 6) in wanted:
            verdicts |= evaluated(path, tmp_path_factory.mktemp("session"))
    return {
        name: [(verdicts[row[0], row[1]][name], row[place]) for row in rows]
        for place, name in enumerate(EVALUATION_NAMES, 3)
    }


@pytest.mark.parametrize(
    ("name", "least", "least_kappa"),
    [("goal", 0.78, 0.45), ("retention", 0.93, -0.05), ("coherence", 0.87, 0.55), ("progression", 0.93, 0.6)],
)
def test_rules_agree_with_labels_beyond_chance_but_for_retention(
    pairs: dict[str, Pairs], name: str, least: float, least_kappa: float
) -> None:
    """Sessions that hold nothing are left out: to call them unknown is easy."""
    labelled = [pair for pair in pairs[name] if pair[1] != "unknown"]
    observed, by_chance = agreement(labelled)
    assert len(labelled) == 55
    assert observed >= least
    assert (observed - by_chance) / (1 - by_chance) >= least_kappa


@pytest.mark.parametrize("name", EVALUATION_NAMES)
def test_sessions_that_hold_nothing_are_unknown_and_no_others(pairs: dict[str, Pairs], name: str) -> None:
    assert len(pairs[name]) == 59
    assert [rule == "unknown" for rule, _ in pairs[name]] == [label == "unknown" for _, label in pairs[name]]
