"""Counting a folder: what git sees of it, no link followed, only what changed; and when it is done unasked."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from ppp_tui.ingest.jobs.codebase_index import CodebaseIndexJob, is_checkout
from ppp_tui.ingest.jobs.line_count import count
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import DAY_MS, to_text
from ppp_tui.model.rows import FolderCount
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import codebases

NOW_MS = 1_795_176_000_000


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for name, text in {
        "src/pay.py": "# pays\nimport os\n\nx = 1\n",
        "page.html": "<p>\n<script>\nlet x;\n// y\n</script>\n",
        "photo.bin": "\0\1",
        ".hidden.py": "x = 1\n",
        "build/out.py": "x = 1\n",
        "notes.log": "x\n",
        ".git/config": "[x]\n",
        ".gitignore": "build/\n*.log\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "outside.py").write_text("x = 1\n" * 50)
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "linked").symlink_to(tmp_path)
    return root


def paths(counted: FolderCount) -> list[str]:
    return sorted(row.path for row in counted.changed)


def test_lines_are_counted_by_language_and_only_what_git_sees(shop: Path) -> None:
    counted = count(str(shop), {})
    assert paths(counted) == [".gitignore", ".hidden.py", "page.html", "photo.bin", "src/pay.py"]
    rows = {row.path: (row.type, row.code, row.comments, row.blanks) for row in counted.changed}
    assert rows["src/pay.py"] == ("Python", 2, 1, 1)
    assert rows["page.html"] == ("HTML", 4, 1, 0)
    assert rows["photo.bin"] == ("", 0, 0, 0)
    assert (counted.is_whole, counted.gone) == (True, ())


def test_only_what_changed_is_counted_again(shop: Path) -> None:
    known = {row.path: (row.bytes, row.modified_ns) for row in count(str(shop), {}).changed}
    (shop / "src" / "pay.py").write_text("x = 1\ny = 2\n")
    (shop / "new.py").write_text("z = 3\n")
    (shop / "page.html").unlink()
    again = count(str(shop), known)
    assert (paths(again), again.gone) == (["new.py", "src/pay.py"], ("page.html",))


def test_a_folder_of_too_many_files_is_counted_in_part(shop: Path) -> None:
    counted = count(str(shop), {}, max_files=2)
    assert (len(counted.changed), counted.is_whole) == (2, False)


def test_without_text_paths_are_hashes(shop: Path) -> None:
    kept = paths(count(str(shop), {}, keeps_text=False))
    assert all(path.startswith("#") and len(path) == 17 for path in kept)


def test_a_link_to_a_folder_is_no_folder_to_count(shop: Path) -> None:
    with pytest.raises(NotADirectoryError):
        count(str(shop / "linked"), {})


def test_what_is_written_is_summed_and_mended_by_the_next_look(shop: Path, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "data" / "a.db")
    list(codebases.write_count(writer, count(str(shop), {}), NOW_MS))
    sums = "SELECT files, code, comments, blanks, tokens, counted_files, is_whole, indexed_at FROM codebases"
    assert writer._connection.execute(sums).fetchone() == (5, 7, 2, 1, 17, 5, 1, to_text(NOW_MS))
    (shop / ".hidden.py").unlink()
    known = codebases.known_files(writer._connection, str(shop))
    list(codebases.write_count(writer, count(str(shop), known), NOW_MS + 1))
    assert writer._connection.execute(sums).fetchone()[:6] == (4, 6, 2, 1, 15, 0)
    types = writer._connection.execute("SELECT type, files FROM codebase_types ORDER BY type").fetchall()
    assert types == [("", 2), ("HTML", 1), ("Python", 1)]
    writer.close()


def test_only_a_checkout_is_counted_unasked(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert is_checkout(str(shop), tmp_path)
    assert not is_checkout(str(tmp_path / "plain"), tmp_path)
    assert not is_checkout(str(shop), shop)
    assert not is_checkout(str(shop), shop / "people" / "ann")
    assert not is_checkout("shop", tmp_path)
    assert not is_checkout("/nul\0l", tmp_path)


def session_in(writer: Writer, project: Path, last_ms: int) -> None:
    with writer.transaction():
        writer._connection.execute(
            "INSERT INTO trajectories (id, spec_id, agent_name, project) VALUES (1, '', 'claude', ?)", (str(project),)
        )
        writer._connection.execute(
            "INSERT INTO trajectory_summaries (trajectory_id, last_at) VALUES (1, ?)", (to_text(last_ms),)
        )


@pytest.mark.parametrize(
    ("last_ms", "hours", "is_counted"), [(NOW_MS, 24, True), (NOW_MS, 0, False), (NOW_MS - 8 * DAY_MS, 24, False)]
)
def test_a_project_at_work_is_counted_in_the_background(
    shop: Path, tmp_path: Path, last_ms: int, hours: int, is_counted: bool
) -> None:
    writer = Writer(tmp_path / "data" / "a.db")
    session_in(writer, shop, last_ms)
    ready = threading.Event()
    options = IngestOptions(writer.path, (), index_hours=hours)
    indexer = CodebaseIndexJob(writer, options, tmp_path, ready.set)
    indexer.run_slice(NOW_MS)
    assert (indexer._count is not None) is is_counted
    assert not is_counted or ready.wait(60)
    while indexer.run_slice(NOW_MS):
        pass
    indexer.close()
    found = writer._connection.execute("SELECT project FROM codebases").fetchall()
    assert found == ([(str(shop),)] if is_counted else [])
    writer.close()


def test_a_file_that_may_not_be_read_costs_that_file(shop: Path) -> None:
    (shop / "src" / os.fsdecode(b"bad\xff.py")).write_text("x\n")
    assert paths(count(str(shop), {})) == [".gitignore", ".hidden.py", "page.html", "photo.bin", "src/pay.py"]


def test_a_project_that_cannot_be_counted_is_not_tried_again(shop: Path, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "data" / "a.db")
    session_in(writer, shop, NOW_MS)
    ready = threading.Event()
    indexer = CodebaseIndexJob(writer, IngestOptions(writer.path, (), index_hours=1), tmp_path, ready.set)
    indexer.run_slice(NOW_MS)
    shutil.rmtree(shop)
    assert ready.wait(60)
    assert not indexer.run_slice(NOW_MS)
    (shop / ".git").mkdir(parents=True)
    indexer.run_slice(NOW_MS + DAY_MS)
    assert indexer._count is None
    indexer.close()
    writer.close()
