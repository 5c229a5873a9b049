"""Entry points of other packages: none is missed, and Python's slow library is asked only where there may be some."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.settings.installed import entry_points_of, named_groups


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    named_groups.cache_clear()
    yield
    named_groups.cache_clear()


def install(folder: Path, kind: str) -> None:
    info = folder / f"Some_Package-1.0{kind}"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: Some-Package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[other]\nx = y:z\n\n [ppp_tui.invented] \nown = some:thing\n")


@pytest.mark.parametrize("kind", [".dist-info", ".egg-info", ".DIST-INFO"])
def test_entry_point_of_an_installed_package_is_told(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, kind)
    assert entry_points_of("ppp_tui.invented") == ()
    monkeypatch.syspath_prepend(str(tmp_path))
    named_groups.cache_clear()
    assert [(point.name, point.value) for point in entry_points_of("ppp_tui.invented")] == [("own", "some:thing")]


def test_folder_that_is_gone_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "gone"))
    groups = named_groups()
    assert groups is not None
    assert "console_scripts" in groups


def test_packages_in_an_archive_or_behind_a_finder_are_left_to_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "packages.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(
            "some_package-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: some-package\nVersion: 1.0\n"
        )
        file.writestr("some_package-1.0.dist-info/entry_points.txt", "[ppp_tui.invented]\nown = some:thing\n")
    with monkeypatch.context() as archived:
        archived.syspath_prepend(str(archive))
        assert named_groups() is None
        assert [point.name for point in entry_points_of("ppp_tui.invented")] == ["own"]
    named_groups.cache_clear()

    class Finder:
        def find_spec(self, *_: object) -> None:
            return None

        def find_distributions(self, *_: object) -> list[object]:
            return []

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert named_groups() is None


def test_sources_of_the_package_alone_need_no_library_of_metadata() -> None:
    code = (
        "import sys; from ppp_tui.sources.registry import usable_sources; usable_sources(['all']);"
        "from ppp_tui.scoring.evaluations.installed import Evaluator; Evaluator();"
        "print('importlib.metadata' in sys.modules)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "False\n"
