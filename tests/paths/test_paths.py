"""Where things lie, and that nobody else may read them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui import paths


@pytest.fixture(autouse=True)
def _wide_umask() -> Iterator[None]:
    """Modes must come from the program, not from a careful user's umask."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are those of Linux")
def test_the_system_says_where_things_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, folder in (("CONFIG", "/c"), ("DATA", "/d"), ("STATE", "/s")):
        monkeypatch.setenv(f"XDG_{name}_HOME", folder)
    assert paths.user_paths() == (
        Path("/c/ppp-tui/config.toml"),
        Path("/d/ppp-tui/archive.db"),
        Path("/s/ppp-tui/ppp-tui.log"),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are those of Linux")
@pytest.mark.parametrize("named", ["/x/y", "", "  ", None])
def test_the_system_says_the_same_as_the_library_that_knows_all_systems(
    named: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    for name in ("CONFIG", "DATA", "STATE"):
        if named is None:
            monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
        else:
            monkeypatch.setenv(f"XDG_{name}_HOME", named)
    found = paths.user_paths()
    assert found.config.parent == Path(platformdirs.user_config_dir(paths.APP, appauthor=False))
    assert found.database.parent == Path(platformdirs.user_data_dir(paths.APP, appauthor=False))
    assert found.log.parent == Path(platformdirs.user_state_dir(paths.APP, appauthor=False))


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are those of Linux")
def test_a_relative_folder_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert paths.user_paths().database == Path("/home/ada/.local/share/ppp-tui/archive.db")


def test_what_ships_is_found_beside_the_package() -> None:
    assert paths.shipped("config.toml").read_text(encoding="utf-8").startswith("# Every setting")
    assert list(paths.shipped("styles").glob("*.tcss"))


def test_what_does_not_ship_is_not_looked_for_elsewhere() -> None:
    with pytest.raises(FileNotFoundError, match="install ppp-tui again"):
        paths.shipped("nothing.toml")


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    made = paths.private_folder(shared / "a" / "b")
    assert (mode(shared), mode(shared / "a"), mode(made)) == (0o755, 0o700, 0o700)


def test_files_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    with paths.private_file(tmp_path / "new" / "file") as file:
        file.write(b"x")
    assert (mode(tmp_path / "new" / "file"), (tmp_path / "new" / "file").read_bytes()) == (0o600, b"x")


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        paths.private_file(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize("is_durable", [False, True])
def test_new_content_takes_the_place_of_the_old_and_is_for_its_owner_alone(tmp_path: Path, is_durable: bool) -> None:
    (tmp_path / "file").write_bytes(b"a longer old one")
    (tmp_path / "file").chmod(0o644)
    # What a process with the same number left when it was killed.
    (tmp_path / f"file.{os.getpid()}").write_bytes(b"half")
    paths.replace_private(tmp_path / "file", b"new", is_durable=is_durable)
    assert (mode(tmp_path / "file"), (tmp_path / "file").read_bytes()) == (0o600, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_content_that_cannot_be_written_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        paths.replace_private(tmp_path / "file", b"new", is_durable=True)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_no_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        paths.private_file(tmp_path / "link")
    with pytest.raises(OSError, match="symbolic links"):
        paths.private_tail(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_tail_goes_on_where_the_file_ends(tmp_path: Path) -> None:
    for piece in (b"one", b"two"):
        with paths.private_tail(tmp_path / "log") as file:
            file.write(piece)
    assert (mode(tmp_path / "log"), (tmp_path / "log").read_bytes()) == (0o600, b"onetwo")


def test_what_others_may_read_is_not_private(tmp_path: Path) -> None:
    (tmp_path / "file").touch(mode=0o640)
    assert not paths.is_private(tmp_path / "file")
    (tmp_path / "file").chmod(0o600)
    assert paths.is_private(tmp_path / "file")


@pytest.mark.parametrize(
    ("copied", "original"),
    [
        ("build-crush-1f/files/srv/shop/.crush/crush.db", "/srv/shop/.crush/crush.db"),
        ("build-crush-1f/home/shop/files/crush.db", "~/shop/files/crush.db"),
        ("build-crush-1f/other/crush.db", "/data/a.db-remotes/build-crush-1f/other/crush.db"),
    ],
)
def test_a_copy_tells_the_path_that_it_has_on_its_own_machine(copied: str, original: str) -> None:
    database = Path("/data/a.db")
    assert paths.original_path(paths.copies_folder(database) / copied) == Path(original)
    assert paths.original_path(Path("/home/files/shop/crush.db")) == Path("/home/files/shop/crush.db")
