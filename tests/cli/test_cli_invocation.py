"""What the command line hands to the rooms and to child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.cli.invocation import Invocation
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.settings.remote_address import Place, parse_remote_address


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home whose settings and variables lead to sessions everywhere."""
    home = tmp_path / "own"
    config = home / ".config" / "ppp-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[sources]\nenabled = ["codex"]\ncodex = ["/mine"]\n[screen]\nbell = true\n[live]\nidle_after_min = 7\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("CODEX_HOME", "/elsewhere/codex")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "/elsewhere/claude")
    monkeypatch.setenv("PPP_TUI_SOURCES__CLAUDE_CODE", "/also/mine")
    return home


def roots(invocation: Invocation) -> set[str]:
    places = WatchRoots(invocation.ingest_options(), invocation.environment, invocation.home_path)
    return {str(root.path) for root in places.roots}


@pytest.mark.usefixtures("own")
def test_settings_and_variables_lead_to_the_sessions() -> None:
    invocation = Invocation(sources=[("codex", Path("/more"))])
    assert roots(invocation) == {
        "/mine",
        "/more",
        "/also/mine",
        "/elsewhere/codex/sessions",
        "/elsewhere/codex/archived_sessions",
    }


@pytest.mark.usefixtures("own")
def test_another_home_shuts_out_all_that_is_the_users_own(tmp_path: Path) -> None:
    other = tmp_path / "other"
    invocation = Invocation(home=other, database=tmp_path / "archive.db")
    assert all(Path(root).is_relative_to(other) for root in roots(invocation))
    assert len(roots(invocation)) == 4
    assert invocation.settings.screen.bell is True


def test_a_child_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    sources: list[tuple[str, Place]] = [
        ("codex", Path("s")),
        ("codex", Path("/t")),
        ("pi", parse_remote_address("ssh://ada@build/~/u")),
    ]
    chosen = Invocation(Path("c.toml"), Path("a.db"), "ppp-mono", sources)
    assert chosen.arguments() == [
        "--config",
        "/c.toml",
        "--database",
        "/a.db",
        "--source",
        "codex=/s",
        "--source",
        "codex=/t",
        "--source",
        "pi=ssh://ada@build/~/u",
    ]


@pytest.mark.usefixtures("own")
def test_every_setting_of_ingest_reaches_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "ARCHIVE__PATH": "/a.db",
        "ARCHIVE__TEXT": "full",
        "ARCHIVE__KEEP_RAW": "true",
        "ARCHIVE__RETENTION_DAYS": "9",
        "INGEST__PROCESSES": "3",
        "INGEST__POLL_INTERVAL_S": "2.5",
        "INGEST__SWEEP_INTERVAL_S": "45",
        "PPP__QUESTION_CLASSIFIER__METHOD": "spec",
    }.items():
        monkeypatch.setenv(f"PPP_TUI_{name}", value)
    options = Invocation().ingest_options()
    assert (options.database, options.sources) == (Path("/a.db"), ("codex",))
    assert (options.keeps_text, options.keeps_raw, options.retention_days) == (True, True, 9)
    assert (options.processes, options.poll_interval_s, options.sweep_interval_s) == (3, 2.5, 45.0)
    assert options.classifier.method == "spec"
    monkeypatch.setenv("PPP_TUI_DATABASE__KEEP_RAW", "false")
    monkeypatch.setenv("PPP_TUI_DATABASE__TEXT", "none")
    assert Invocation().ingest_options().keeps_text is False
