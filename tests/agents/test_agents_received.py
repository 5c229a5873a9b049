"""Real agents send OpenTelemetry as ``otel setup`` has them do: by file and as sent, their sums are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import SystemClock
from ppp_tui.paths import receiver_folder
from ppp_tui.sources.otel.agent_settings import added, agent_settings, settings_file
from ppp_tui.store.write import Writer
from tests.agents import agent as agent_module
from tests.agents.agent import AgentName, Run
from tests.agents.conftest import need
from tests.agents.scenario import load
from tests.receive.conftest import RunningServer

pytestmark = [pytest.mark.agents, pytest.mark.slow]

SHORT: dict[AgentName, str] = {"claude_code": "claude", "codex": "codex", "gemini_cli": "gemini", "qwen_code": "qwen"}
SUMS = (
    "SELECT sum(turns), sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), "
    "sum(cache_write_tokens), sum(cost_micros), sum(steps) FROM trajectory_summaries"
)


def read(folder: Path, home: Path, sources: tuple[str, ...], sql: str) -> tuple[Any, ...]:
    """Return the row of a query on a new database of these sources."""
    writer = Writer(folder / f"{'-'.join(sources)}.db")
    try:
        Pipeline(writer, IngestOptions(writer.path, sources), SystemClock(), {}, home).run(follow=False)
        row: tuple[Any, ...] = writer._connection.execute(sql).fetchone()
        matched = writer._connection.execute("SELECT count(*), count(usage_id) FROM received_requests").fetchone()
        if len(sources) > 1:
            assert matched == (row[1], row[1])
            assert writer._connection.execute("SELECT count(*) FROM trajectories WHERE source = 'otel'").fetchone() == (
                0,
            )
        return row
    finally:
        writer.close()


@pytest.mark.parametrize("agent", list(SHORT))
def test_sums_by_file_and_as_sent_are_the_same(
    agent: AgentName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(agent)
    home = tmp_path / "run" / "home"
    server = RunningServer(receiver_folder({}, home))
    settings = agent_settings(SHORT[agent], f"http://127.0.0.1:{server.port}")
    original = agent_module.environment

    def pointed(name: AgentName, agent_home: Path, url: str) -> dict[str, str]:
        variables = original(name, agent_home, url)
        variables.pop("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", None)
        path = settings_file(settings, {}, agent_home)
        assert path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(added(settings, path.read_text() if path.exists() else ""))
        return variables

    monkeypatch.setattr(agent_module, "environment", pointed)
    # The other tests have it switched off, which setup would leave as it is.
    monkeypatch.delitem(agent_module.QWEN_SETTINGS, "telemetry")
    try:
        Run(agent, load("oauth"), tmp_path / "run").finish()
    finally:
        server.close()
    by_file = read(tmp_path, home, (agent,), SUMS)
    assert by_file[:2] == (2, 6)
    assert read(tmp_path, home, ("otel",), SUMS) == by_file
    assert read(tmp_path, home, (agent, "otel"), SUMS) == by_file
