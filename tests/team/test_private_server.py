"""The tests' own PostgreSQL leaves nothing behind, whatever goes wrong while it is set up."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests import postgres


def test_server_ends_with_its_folder_when_a_schema_step_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.need_programs()
    folder = Path(tempfile.mkdtemp(prefix="ppp-pg-"))
    pids: list[str] = []

    def fail(_connection: Any) -> NoReturn:
        pids.append((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        raise ValueError("a step")

    monkeypatch.setattr(postgres, "found_store", fail)
    with pytest.raises(ValueError, match="a step"):
        postgres.begin_server(folder)
    assert len(pids) == 1
    assert not Path(f"/proc/{pids[0]}").exists()
    assert not folder.exists()
