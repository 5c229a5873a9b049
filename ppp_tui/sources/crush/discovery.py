"""Where Crush keeps its sessions: a database in the data folder of each project, which a registry names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.paths import original_path
from ppp_tui.sources.json_records import objects_of, read_object, text_of
from ppp_tui.sources.package_source import data_folder, named_databases
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips

DATABASE = "crush.db"
REGISTRY = "projects.json"
DATA_FOLDER = ".crush"
"""Folder of a project that holds its database, unless the user named another one."""

MAX_REGISTRY_BYTES = 4 * 1024 * 1024
MAX_PROJECTS = 2000
"""Projects whose databases are looked for, those that were used last."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the databases of the projects in the registry, the registry's own folder if it names none."""
    named = environment.get("CRUSH_GLOBAL_DATA")
    folder = Path(named).expanduser() if named else data_folder(environment, home) / "crush"
    return named_in(folder / REGISTRY) or [folder]


def named_in(registry: Path) -> list[Path]:
    """Return the databases of the projects that a registry names; none if it cannot be read."""
    databases = []
    for entry in objects_of(read_object(registry, MAX_REGISTRY_BYTES) or {}, "projects")[:MAX_PROJECTS]:
        project, data = text_of(entry, "path"), text_of(entry, "data_dir") or DATA_FOLDER
        database = Path(project) / data / DATABASE
        if "\0" not in str(database) and database.is_absolute():
            databases.append(database)
    return list(dict.fromkeys(databases))


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield the root if it is a database, else the one that lies in it or in its data folder."""
    del skips
    return named_databases(root, DATABASE, f"{DATA_FOLDER}/{DATABASE}")


def claims(path: Path) -> bool:
    """Return whether a path is a database of Crush by its name."""
    return path.name == DATABASE


def identify(path: Path) -> Identity:
    """Return the file's name, which stands for all its sessions."""
    return Identity(path.stem)


def project_of(path: Path) -> str:
    """Return the project that a database lies in, '' where its data folder is elsewhere."""
    return str(original_path(path).parent.parent) if path.parent.name == DATA_FOLDER else ""


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("crush --session", native_id, project)
