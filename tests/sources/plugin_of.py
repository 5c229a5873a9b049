"""Installs a source of another package for one test: a module, and the metadata that names its entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.settings import installed, source_names
from ppp_tui.sources import registry

CACHES = (installed.named_groups, source_names.installed_sources, registry.source, registry.provider_of)


def forget_installed() -> None:
    for cached in CACHES:
        cached.cache_clear()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, rows: dict[str, str], modules: dict[str, str]) -> None:
    """Install a package with these modules and entry points (name → module:object); `forget_installed` undoes it."""
    info = folder / "more_sources-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: more-sources\nVersion: 1.0\n")
    lines = "\n".join(f"{name} = {target}" for name, target in rows.items())
    (info / "entry_points.txt").write_text(f"[ppp_tui.sources]\n{lines}\n")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    forget_installed()
