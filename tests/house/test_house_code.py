"""Rules that no linter knows: one clock, few doors, a sentence for everything public, nothing left lying about."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

import ppp_tui
from tests.house.trees import ROOT, FunctionNode, committed, dotted, functions, nodes, place, python_files, tree

PACKAGE = python_files("ppp_tui")
CLOCK = "ppp_tui/model/clock.py"
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns"}
LONGEST_MODULE_DOCSTRING = 12


def test_only_the_clock_module_asks_for_the_time() -> None:
    asking = [
        place(path, node)
        for path in PACKAGE
        if str(path.relative_to(ROOT)) != CLOCK
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
        and dotted(node.func.value).split(".")[-1] in {"datetime", "date", "time"}
    ]
    assert asking == []


def test_who_catches_everything_raises_it_again_or_hands_it_on() -> None:
    catching = [
        place(path, node)
        for path in PACKAGE
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not passes_on(node)
    ]
    suppressing = [
        place(path, node)
        for path in PACKAGE
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and dotted(node.func).split(".")[-1] == "suppress"
        and any(dotted(argument) in {"Exception", "BaseException"} for argument in node.args)
    ]
    assert catching + suppressing == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(node is None or dotted(node) in {"Exception", "BaseException"} for node in caught)


def passes_on(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and handler.name in {dotted(argument) for argument in node.args})
        for node in ast.walk(handler)
    )


def test_everything_public_says_what_it_is() -> None:
    silent = [name for path in PACKAGE for name in undocumented(tree(path), str(path.relative_to(ROOT)))]
    assert silent == []


def undocumented(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    if not ast.get_docstring(node):
        yield name
    for child in node.body:
        if not isinstance(child, ast.ClassDef | FunctionNode) or child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{name}:{child.name}")
        elif not ast.get_docstring(child) and not any(dotted(mark) == "overload" for mark in child.decorator_list):
            yield f"{name}:{child.name}"


def test_modules_say_what_they_are_for_in_a_few_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len((ast.get_docstring(tree(path)) or "").splitlines())
        for path in python_files("ppp_tui", "benchmarks")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE_DOCSTRING} == {}


def word(*parts: str) -> str:
    """Letters put together, so that this file does not find itself."""
    return "".join(parts)


LEFTOVERS = {
    "something left to do": rf"\b(?:{word('TO', 'DO')}|{word('FIX', 'ME')}|{word('X', 'XX')}|{word('HA', 'CK')})\b",
    "a plan's milestone": rf"\b(?i:{word('ph', 'ase')}) \d",
    "a path of one machine": rf"(?<![\w.~-])/(?:{word('wo', 'rk')}|{word('ro', 'ot')})/",
    "a registry's address": rf"{word('pypi', '.org')}|{word('python', 'hosted')}|registry\.{word('npm', 'js')}",
    "a conflict": rf"^(?:{word('<' * 7)}|{word('>' * 7)}) ",
}


def test_nothing_is_left_lying_about() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
        for path in committed()
        for text in [text_of(path.read_bytes())]
        for what, pattern in LEFTOVERS.items()
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]
    assert found == []


def text_of(content: bytes) -> str:
    return "" if b"\0" in content[:8000] else content.decode("utf-8", "replace")


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ppp_tui.__version__


MAX_POSITIONAL_ARGUMENTS = 6


def test_calls_name_their_arguments_where_there_are_many() -> None:
    calls = [
        place(path, node)
        for path in PACKAGE
        for node in nodes(path)
        if isinstance(node, ast.Call) and len(node.args) > MAX_POSITIONAL_ARGUMENTS
    ]
    assert calls == []


def test_class_names_stand_for_one_thing_each() -> None:
    names = [node.name for path in PACKAGE for node in nodes(path) if isinstance(node, ast.ClassDef)]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


_NO_VERBS = (
    "The A An What How Who Where When Which That This It All Some No Nothing Everything Whatever As Of With Without In "
    "Same Why"
)
NO_VERBS = frozenset(_NO_VERBS.split(" "))
"""Words that begin a sentence which does not say what a function does."""


def _is_property(node: FunctionNode) -> bool:
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any("property" in decorator or decorator.endswith(".setter") for decorator in decorators)


def test_docstrings_of_functions_begin_with_what_is_done() -> None:
    openings = [
        (place(path, node), (ast.get_docstring(node) or "").split(maxsplit=1)[:1])
        for path in PACKAGE
        for node in functions(path)
        if not _is_property(node)
    ]
    assert [where for where, words in openings if NO_VERBS.intersection(words)] == []


def test_plurals_are_made_in_one_place_alone() -> None:
    choosing = [
        place(path, node)
        for path in PACKAGE
        for node in nodes(path)
        if isinstance(node, ast.IfExp) and is_plural_choice(node)
    ]
    assert choosing == []


def is_plural_choice(node: ast.IfExp) -> bool:
    """Whether a number decides between a noun, or nothing, and the same with an ending."""
    if not any(isinstance(part, ast.Constant) and part.value == 1 for part in ast.walk(node.test)):
        return False
    words = [branch.value for branch in (node.body, node.orelse) if isinstance(branch, ast.Constant)]
    if len(words) != 2 or not all(isinstance(word, str) for word in words):
        return False
    short, long = sorted(map(str, words), key=len)
    return long in (f"{short}s", f"{short}es")


PRAGMA = re.compile(r"#\s*(?:noqa\b|type: ignore(?!\S+  # noqa))(?P<rest>.*)$", re.MULTILINE)
"""What silences a linter or the type checker, with all that follows it; of two, the last has the reason."""


def has_reason(rest: str) -> bool:
    """Whether words follow the codes of a pragma."""
    return re.fullmatch(r"(?:: [A-Z0-9, ]+?|\[[a-z, -]+\])(?:  ?#| -)? +(?!noqa)[a-zA-Z'].*", rest) is not None


def test_every_pragma_has_a_reason_beside_it() -> None:
    assert [
        f"{path.relative_to(ROOT)}: {pragma[0]}"
        for path in PACKAGE
        for pragma in PRAGMA.finditer(path.read_text(encoding="utf-8"))
        if not has_reason(pragma["rest"])
    ] == []


@pytest.mark.parametrize(
    ("rest", "is_right"),
    [
        (": S603  the user's own editor", True),
        (": S603 - the user's own editor", True),
        ("[arg-type]  # as said above", True),
        (": S603", False),
        ("[arg-type]", False),
        ("[arg-type]  # noqa: S603", False),
        ("", False),
    ],
)
def test_a_pragma_needs_codes_and_words(rest: str, is_right: bool) -> None:
    assert has_reason(rest) is is_right
