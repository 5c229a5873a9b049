"""Sources are looked up by name; one of another package that is broken costs itself only, and doctor says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.cli.commands.doctor import doctor_report
from ppp_tui.cli.invocation import Invocation
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.settings.source_names import BUILTIN, source_names
from ppp_tui.sources import registry
from tests.sources.plugin_of import forget_installed, install

WITHOUT_USUAL_PLACE = {"trajectory_db", "inspect_eval"}

WORKING = """
from ppp_tui.sources.claude_code import ClaudeCode

class Jotter(ClaudeCode):
    name = "jotter"
    title = "Jotter"
    agent_name = "jotter"
    provider = "google"

    def roots(self, environment, home):
        return [home / ".jotter"]

SOURCE = Jotter()
"""
FAILING = WORKING.replace('"jotter"', '"failing"').replace('return [home / ".jotter"]', "raise OSError('no')")
SEARCHLESS = (
    WORKING.replace('"jotter"', '"searchless"')
    .replace(".jotter", "sessions")
    .replace("SOURCE =", "    def find(self, root, skips=None):\n        raise ValueError\n\nSOURCE =")
)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget_installed()


def put(folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: str) -> None:
    """Install one source per module, each under its module's name."""
    install(
        folder / "site",
        monkeypatch,
        {name: f"source_{name}:SOURCE" for name in modules},
        {f"source_{name}": text for name, text in modules.items()},
    )


def test_an_installed_source_is_found_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, monkeypatch, jotter=WORKING)
    assert source_names() == (*BUILTIN, "jotter")
    assert registry.source("jotter").title == "Jotter"
    assert (registry.provider_of("jotter"), registry.provider_of("codex"), registry.provider_of("logger")) == (
        "google",
        "openai",
        "",
    )
    assert registry.source_problems() == []


def test_all_stands_for_every_source_and_a_path_needs_no_enabling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, monkeypatch, jotter=WORKING)
    everything = WatchRoots(IngestOptions(tmp_path / "a.db", ("all",)), {}, tmp_path)
    assert (tmp_path / ".jotter") in {root.path for root in everything.roots}
    assert {root.source.name for root in everything.roots} == {*BUILTIN, "jotter"} - WITHOUT_USUAL_PLACE
    some = WatchRoots(
        IngestOptions(tmp_path / "a.db", ("codex",), extra_roots=(("jotter", tmp_path / "copy"),)), {}, tmp_path
    )
    assert [root.path for root in some.roots if root.source.name == "jotter"] == [tmp_path / "copy"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("raise RuntimeError('no')", "source_ill:SOURCE cannot be loaded (RuntimeError)"),
        ("raise SystemExit(3)", "source_ill:SOURCE cannot be loaded (SystemExit)"),
        ("OTHER = 1", "source_ill:SOURCE cannot be loaded (AttributeError)"),
        ("SOURCE = object()", "source_ill:SOURCE lacks methods that a source needs"),
        (WORKING, "source_ill:SOURCE calls itself 'jotter'"),
    ],
)
def test_a_broken_source_is_left_out_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    monkeypatch.delitem(__import__("sys").modules, "source_ill", raising=False)
    put(tmp_path, monkeypatch, ill=text)
    assert registry.source_problems() == [f"The source ill is left out: {problem}."]
    assert registry.find_source("ill") is None
    assert [source.name for source in registry.usable_sources(("ill", "codex"))] == ["codex"]


def test_a_source_cannot_take_the_name_of_a_builtin_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, {"codex": "elsewhere:SOURCE", "No Name": "elsewhere:SOURCE"}, {})
    assert registry.source("codex").title == "Codex"
    assert source_names() == BUILTIN
    assert registry.source_problems() == [
        "There are two sources named codex; that of elsewhere:SOURCE is left out.",
        "'No Name' is no name for a source: lower-case letters, digits and _ only.",
    ]


def test_a_failing_source_keeps_no_other_from_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, monkeypatch, failing=FAILING, searchless=SEARCHLESS)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    rollout = home / ".codex" / "sessions" / "rollout-2026-11-01T10-00-00-01990000-0000-7000-8000-000000000000.jsonl"
    for path in (rollout, home / "sessions" / "a.jsonl"):
        path.parent.mkdir(parents=True)
        path.write_text("{}\n")
    report = doctor_report(Invocation(database=tmp_path / "a.db"))
    assert report["warnings"] == [
        "The source failing cannot name its folders (OSError).",
        f"The source searchless failed on {home / 'sessions'} (ValueError).",
    ]
    assert {"source": "codex", "path": str(rollout.parent), "sessions": 1, "skipped": {}} in report["survey"]
