"""No modules import one another in a circle; imports for types and inside of functions count, too."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.trees import ROOT, nodes, python_files


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(name: str, path: Path, modules: frozenset[str]) -> frozenset[str]:
    """The modules of the package that a module imports anywhere in its text."""
    imported: set[str] = set()
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in nodes(path):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            origin = ".".join(part for part in (above, node.module) if part)
            members = {f"{origin}.{alias.name}" for alias in node.names}
            imported.update(member if member in modules else origin for member in members)
    return frozenset(imported & modules - {name})


def circles(graph: dict[str, frozenset[str]]) -> list[tuple[str, ...]]:
    """Groups of modules each of which reaches all others of its group, sorted."""
    reached = {name: _reached(name, graph) for name in graph}
    grouped = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }
    return sorted(grouped)


def _reached(start: str, graph: dict[str, frozenset[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = graph[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    return reached


def package_graph() -> dict[str, frozenset[str]]:
    paths = {module_name(path): path for path in python_files("ppp_tui")}
    return {name: imports_of(name, path, frozenset(paths)) for name, path in paths.items()}


def test_modules_import_one_another_in_no_circle() -> None:
    assert circles(package_graph()) == []


def test_a_circle_through_several_modules_is_found_and_a_chain_is_none() -> None:
    graph = {name: frozenset(targets) for name, targets in {"a": "b", "b": "cd", "c": "a", "d": "e", "e": ""}.items()}
    assert circles(graph) == [("a", "b", "c")]


def test_imports_for_types_and_inside_of_functions_count(tmp_path: Path) -> None:
    path = tmp_path / "base.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from p.app import App\n"
        "def open():\n    from p.screens import help\n    import p.other\n"
        "from . import near\nfrom .far import thing\n"
    )
    modules = frozenset({"p", "p.app", "p.screens", "p.screens.help", "p.other", "p.near", "p.far"})
    expected = {"p.app", "p.screens.help", "p.other", "p.near", "p.far"}
    assert imports_of("p.base", path, modules) == expected
