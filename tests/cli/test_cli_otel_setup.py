"""``ppp-tui otel setup``: what is printed, written and undone, and what of the user's is never touched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ppp_tui.sources.otel.agent_settings import (
    AGENTS,
    SettingsConflictError,
    added,
    agent_settings,
    removed,
    settings_file,
    shown,
)

ADDRESS = "http://127.0.0.1:4318"
FILES = [agent for agent in AGENTS if agent_settings(agent, ADDRESS).place]


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_is_pointed_at_the_address(agent: str) -> None:
    assert ADDRESS in shown(agent_settings(agent, ADDRESS))


def test_opencode_needs_a_setting_that_no_variable_makes() -> None:
    assert '"experimental": {"openTelemetry": true}' in agent_settings("opencode", ADDRESS).note


def test_codex_gets_the_whole_path() -> None:
    table = tomllib.loads(shown(agent_settings("codex", ADDRESS)))["otel"]
    assert table["exporter"]["otlp-http"]["endpoint"] == "http://127.0.0.1:4318/v1/logs"


@pytest.mark.parametrize("agent", FILES)
def test_written_twice_is_written_once_and_undone(agent: str) -> None:
    settings = agent_settings(agent, ADDRESS)
    before = 'model = "x"\n' if settings.form == "toml" else json.dumps({"theme": "dark", "env": {"A": "é"}}, indent=2)
    once = added(settings, before)
    assert added(settings, once) == once
    assert ADDRESS in once
    undone = removed(settings, once)
    if settings.form == "toml":
        assert undone == before
    else:
        assert json.loads(undone) == json.loads(before)


@pytest.mark.parametrize(
    ("agent", "content", "reason"),
    [
        ("codex", '[otel]\nexporter = "none"\n', "otel of its own"),
        ("codex", "model = \n", "no TOML"),
        ("claude", '{"env": {"OTEL_LOGS_EXPORTER": "console"}}', "set to something else"),
        ("claude", '{"env": 5}', "no object"),
        ("gemini", "// mine\n{}", "no plain JSON"),
        ("qwen", "[]", "no JSON object"),
    ],
)
def test_settings_of_the_user_are_not_overwritten(agent: str, content: str, reason: str) -> None:
    with pytest.raises(SettingsConflictError, match=reason):
        added(agent_settings(agent, ADDRESS), content)


def test_undo_leaves_what_the_user_changed_since() -> None:
    settings = agent_settings("gemini", ADDRESS)
    changed = json.loads(added(settings, ""))
    changed["telemetry"]["otlpEndpoint"] = "http://elsewhere:4318"
    assert json.loads(removed(settings, json.dumps(changed))) == {
        "telemetry": {"otlpEndpoint": "http://elsewhere:4318"}
    }


def test_file_lies_where_the_agent_looks_for_it(tmp_path: Path) -> None:
    codex = agent_settings("codex", ADDRESS)
    assert settings_file(codex, {}, tmp_path) == tmp_path / ".codex" / "config.toml"
    assert settings_file(codex, {"CODEX_HOME": "/else"}, tmp_path) == Path("/else/config.toml")
    assert settings_file(agent_settings("opencode", ADDRESS), {}, tmp_path) is None
