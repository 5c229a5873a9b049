"""Recorded sessions in the database: a count straight from the formats' rules agrees with its sums, nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.corpus import CORPUS, needs_corpus, records
from tests.independent_count import claude_requests, codex_requests, per_model, read_all
from tests.ingest.house import LATER_MS, age
from tests.warm import Warm

pytestmark = [needs_corpus, pytest.mark.slow]

CLAUDE = sorted((CORPUS / "claude-code").rglob("*.jsonl"))
CODEX = sorted((CORPUS / "codex").rglob("*.jsonl"))
ROOTS = (("claude_code", CORPUS / "claude-code"), ("codex", CORPUS / "codex"))


def usage_json(warm: Warm, database: Path, by: str) -> str:
    """What ``ppp-tui usage --json --by …`` tells of this database."""
    arguments = ("usage", "--json", "--by", by, "--since", "2020-01-01", "--database", str(database))
    done = warm.run(arguments, {**os.environ, "HOME": str(database.parent), "TZ": "UTC"})
    assert done.returncode == 0
    return done.stdout


def ingest(database: Path, *roots: tuple[str, Path], **changes: Any) -> None:
    options = IngestOptions(database, (), roots, **changes)
    with closing(Writer(database)) as writer:
        Pipeline(writer, options, FrozenClock(LATER_MS), {}, database.parent).run(follow=False)


def ask(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(Writer(database)) as writer:
        return writer._connection.execute(sql).fetchall()


def lines_of(database: Path) -> list[str]:
    with closing(Writer(database)) as writer:
        return list(dump(writer._connection))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All recorded sessions, read with workers: once for all processes that run tests, of which each has a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "corpus.db"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            ingest(shared, *ROOTS, processes=2)
    return Path(shutil.copy(shared, tmp_path_factory.mktemp("corpus") / "archive.db"))


SUMS = (
    "SELECT model, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), "
    "sum(cache_write_tokens) FROM usage_minutes GROUP BY model"
)


def test_claude_tokens_per_model_equal_an_independent_count(database: Path) -> None:
    counted = per_model(claude_requests(read_all(CLAUDE)))
    found = {model: tuple(sums) for model, *sums in ask(database, SUMS)}
    assert {model: sums for model, sums in found.items() if model.startswith("claude")} == counted
    assert len(counted) >= 5


def test_codex_tokens_per_model_agree_with_an_independent_count_to_half_a_percent(database: Path) -> None:
    """The program counts how totals move, the counter what each response was said to use: some are not told."""
    counted = per_model(codex_requests(read_all(CODEX)))
    found = {model: sums for model, *sums in ask(database, SUMS) if not model.startswith("claude")}
    assert found.keys() == counted.keys()
    for model, sums in found.items():
        assert sums == [pytest.approx(expected, rel=0.005) for expected in counted[model]]


def test_embedded_sub_agents_are_children_with_their_own_turns_and_steps(database: Path) -> None:
    lanes = ask(
        database,
        "SELECT count(*), min(s.turns), min(s.steps), min(s.requests), count(t.parent_id) FROM trajectories AS t "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id WHERE t.lane LIKE 'agent-%'",
    )
    assert lanes[0][0] == lanes[0][4] > 5
    assert min(lanes[0]) > 0
    ends = "SELECT count(*) FROM trajectory_turns AS u JOIN trajectories AS t ON t.id = u.trajectory_id "
    [[completed]] = ask(database, f"{ends} WHERE t.lane LIKE 'agent-%' AND u.status = 'completed'")
    assert completed > 5


@pytest.mark.parametrize("by", ["model", "day", "hour", "project", "session"])
def test_the_usage_command_tells_the_same_sums_however_they_are_parted(database: Path, by: str, warm: Warm) -> None:
    told = json.loads(usage_json(warm, database, by))["rows"]
    names = ("requests", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    expected = [sum(column) for column in zip(*(sums for _, *sums in ask(database, SUMS)), strict=True)]
    assert [sum(row[name] for row in told) for name in names] == expected


def test_sums_of_sessions_and_of_minutes_are_sums_of_rows(database: Path) -> None:
    rows = "SELECT count(*), sum(input_tokens), sum(output_tokens) FROM token_usage WHERE is_counted = 1"
    trees = (
        "SELECT sum(tree_requests), sum(tree_input_tokens), sum(tree_output_tokens) FROM trajectory_summaries "
        "JOIN trajectories ON id = trajectory_id WHERE parent_id IS NULL"
    )
    assert ask(database, trees) == ask(database, rows)
    for table in ("trajectory_summaries", "usage_minutes"):
        sums = f"SELECT sum(requests), sum(input_tokens), sum(output_tokens) FROM {table}"
        assert ask(database, sums) == ask(database, rows)


def test_no_file_fares_ill_and_nothing_is_unknown_or_damaged(database: Path) -> None:
    assert ask(database, "SELECT health, count(*) FROM source_files GROUP BY 1") == [("ok", len(CLAUDE) + len(CODEX))]
    assert ask(database, "SELECT * FROM unknown_records UNION ALL SELECT kind, offset, length FROM source_news") == []
    sizes = {str(path): path.stat().st_size for path in [*CLAUDE, *CODEX]}
    assert dict(ask(database, "SELECT path, offset FROM source_files")) == sizes


def test_a_second_reading_finds_nothing_to_do(database: Path) -> None:
    before = lines_of(database)
    ingest(database, *ROOTS)
    assert lines_of(database) == before


def grown(folder: Path, name: str, contents: list[bytes], database: Path, source: str) -> list[str]:
    """The database of a file that grew from one content to the next, read after each."""
    path = folder / name
    path.parent.mkdir(parents=True)
    for before, content in zip([b"", *contents], contents, strict=False):
        assert content.startswith(before)
        with path.open("ab") as file:
            file.write(content[len(before) :])
        age(path)
        ingest(database, (source, folder))
    return lines_of(database)


def test_growing_snapshots_read_range_by_range_give_the_database_of_the_last(tmp_path: Path) -> None:
    contents = [path.read_bytes() for path in CLAUDE if path.parent.name == "cc432c40"]
    home = tmp_path / "home"
    parts = grown(home, "p/s.jsonl", contents, tmp_path / "parts.db", "claude_code")
    ingest(tmp_path / "whole.db", ("claude_code", home))
    assert parts == lines_of(tmp_path / "whole.db")
    assert sum(line.startswith("steps") for line in parts) > 50


def test_growing_threads_read_range_by_range_give_the_database_of_the_last(tmp_path: Path) -> None:
    threads: dict[str, list[bytes]] = defaultdict(list)
    for path in CODEX:
        threads[path.name.split("__")[0]].append(path.read_bytes())
    copies = [sorted(contents, key=len) for contents in threads.values() if len(contents) > 2]
    assert copies
    for number, contents in enumerate(copies):
        # Later copies of a thread go on from earlier ones byte by byte.
        chain = [content for content in contents if contents[-1].startswith(content)]
        middle = len(contents[-1]) // 2
        chain = sorted({*chain, contents[-1][:middle]}, key=len)
        folder = tmp_path / str(number)
        name = "rollout-2026-06-17T10-06-46-019ed50c-2fb3-7002-a384-360bea6e7f04.jsonl"
        parts = grown(folder / "home", name, chain, folder / "parts.db", "codex")
        ingest(folder / "whole.db", ("codex", folder / "home"))
        assert parts == lines_of(folder / "whole.db")


TEXTS = frozenset(
    {
        "text",
        "content",
        "thinking",
        "command",
        "stdout",
        "stderr",
        "prompt",
        "description",
        "question",
        "arguments",
        "output",
        "input",
        "old_string",
        "new_string",
        "summary",
        "customTitle",
        "lastPrompt",
        "label",
        "pattern",
    }
)
"""Fields that hold what a person, an agent or a tool wrote."""

IDENTITY = re.compile(rb"[0-9a-f_]+|(?:toolu|msg|req|call)_\w+|agent_?[0-9a-f]+")
"""Kept whatever the policy."""

FACTS = (
    "SELECT project FROM trajectories UNION SELECT branch FROM trajectories UNION SELECT tool FROM steps "
    "UNION SELECT model FROM trajectories UNION SELECT entrypoint FROM trajectories UNION SELECT path FROM source_files"
)
"""Columns that hold no text of a conversation, but may name the same things."""


def long_words(content: bytes) -> set[bytes]:
    return set(re.findall(rb"\w{10,}", content))


def written(value: object, name: str = "") -> set[bytes]:
    """Long words out of every text of a record."""
    if isinstance(value, dict):
        return set().union(*(written(part, key) for key, part in value.items()))
    if isinstance(value, list):
        return set().union(*(written(part, name) for part in value))
    return long_words(value.encode("utf-8", "replace")) if isinstance(value, str) and name in TEXTS else set()


def test_the_text_policy_none_leaves_no_text_in_the_archives_files(tmp_path: Path) -> None:
    database = tmp_path / "data" / "none.db"
    writer = Writer(database)
    own_words = long_words(b"".join(path.read_bytes() for path in database.parent.iterdir()))
    options = IngestOptions(database, (), ROOTS, keeps_text=False)
    Pipeline(writer, options, FrozenClock(LATER_MS), {}, tmp_path).run(follow=False)
    # While the writer is open its log is there too.
    files = {path.name: path.read_bytes() for path in database.parent.iterdir()}
    facts = long_words(" ".join(fact for (fact,) in writer._connection.execute(FACTS)).encode())
    indexed = "SELECT (SELECT count(*) FROM search_queue) + (SELECT count(*) FROM search_segments)"
    assert writer._connection.execute(indexed).fetchone() == (0,)
    writer.close()
    assert set(files) == {"none.db", "none.db-wal", "none.db-shm"}
    kept = set().union(*map(long_words, files.values())) - own_words - facts
    texts: set[bytes] = set()
    for path in [*CLAUDE, *CODEX]:
        for record in records(path):
            texts |= written(record.get("message") or record.get("payload") or record)
    # The name of a permission mode is the agent's own, and is kept as a decision.
    modes = {b"bypassPermissions"}
    assert {word for word in kept & texts if not IDENTITY.fullmatch(word)} - modes == set()
    assert len(texts) > 10_000
