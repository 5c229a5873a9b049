"""The project's own files, read once for all checks of the house."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """All modules below some folders of the checkout."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if is_ours(path)))


def is_ours(path: Path) -> bool:
    return "node_modules" not in path.parts


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module, which walking takes longer than most checks."""
    return tuple(ast.walk(tree(path)))


def place(path: Path, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def functions(path: Path) -> Iterator[FunctionNode]:
    for node in nodes(path):
        if isinstance(node, FunctionNode):
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute or a name; '' of anything else at its root."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        # Not a checkout: an unpacked source archive holds nothing but our files.
        found = [path for path in ROOT.rglob("*") if not {".venv", ".cache", "node_modules"} & set(path.parts)]
    else:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return tuple(path for path in found if path.is_file())
