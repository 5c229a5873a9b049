"""What pyproject.toml has a user install is what the package imports."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.house.trees import ROOT, nodes, python_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def imported_distributions() -> set[str]:
    """Distributions of all packages that a module of ours imports anywhere in its text."""
    names: set[str] = set()
    for path in python_files("ppp_tui"):
        for node in nodes(path):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    distributions = packages_distributions()
    return {normalized(owner) for name in names for owner in distributions.get(name, ())}


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_every_dependency_is_imported_by_the_package(requirement: str) -> None:
    assert normalized(re.split(r"[<>=!~; \[]", requirement, maxsplit=1)[0]) in imported_distributions()
