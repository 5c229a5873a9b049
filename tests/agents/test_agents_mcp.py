"""Claude Code asks ``ppp-tui mcp`` what its own sessions cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ppp_tui.store.write import Writer
from tests.agents.agent import TURN_TIMEOUT_S, command, environment
from tests.agents.conftest import need
from tests.agents.model_server import ModelServer
from tests.agents.scenario import Answer, Scenario, Turn
from tests.query.database_fixture import Database

pytestmark = [pytest.mark.agents, pytest.mark.slow]

PROMPT = "What has this cost?"


def test_claude_code_is_told_what_a_session_of_its_project_cost(tmp_path: Path) -> None:
    need("claude_code")
    project, home = tmp_path / "shop", tmp_path / "home"
    project.mkdir()
    Writer(tmp_path / "archive.db").close()
    database = Database(tmp_path / "archive.db")
    database.session(1, {"tree_requests": 1, "tree_cost_micros": 4_250_000}, title="Add login", project=str(project))
    database.writer.close()
    server = {"command": sys.executable, "args": ["-m", "ppp_tui", "mcp", "--database", str(database.path)]}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"ppp-tui": server}}))
    answers = (Answer(tool="mcp__ppp-tui__session_cost"), Answer(say="It cost four dollars."))
    with ModelServer(Scenario("cost", (Turn(PROMPT, answers),))) as model:
        done = subprocess.run(
            [
                *command("claude_code", PROMPT, is_first=True),
                "mcp__ppp-tui",
                "--mcp-config",
                str(tmp_path / "mcp.json"),
                "--strict-mcp-config",
            ],
            cwd=project,
            env=environment("claude_code", home, model.url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TURN_TIMEOUT_S,
            check=False,
        )
    assert (done.returncode, done.stdout.strip()) == (0, "It cost four dollars.")
    [session] = (home / ".claude" / "projects").rglob("*.jsonl")
    assert r"\"cost_usd\":4.25" in session.read_text()
