"""Names say what a value is; nothing public is without a caller; folders stay small enough to look through."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house.trees import ROOT, FunctionNode, dotted, python_files, tree

PACKAGE = python_files("ppp_tui")

EMPTY_NAMES = {
    "found",
    "told",
    "known",
    "said",
    "chosen",
    "one",
    "ones",
    "what",
    "whole",
    "thing",
    "things",
    "there",
    "here",
}
"""They say that there is a value, not which."""


def bound_names(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every variable, attribute, parameter and function that a module binds, with its line."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield (node.id if isinstance(node, ast.Name) else node.attr), node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, FunctionNode):
            yield node.name, node.lineno


def test_variables_are_named_for_what_they_hold() -> None:
    empty = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in PACKAGE
        for name, line in bound_names(tree(path))
        if name.strip("_") in EMPTY_NAMES
    ]
    assert empty == []


def test_parameters_attributes_targets_and_functions_count_as_names() -> None:
    code = "for a, b in c:\n    self.d = lambda e: e\nwith f as g:\n    h: int = [i for i in j][0]\ndef k(): pass\n"
    assert {name for name, _ in bound_names(ast.parse(code))} == {"a", "b", "d", "e", "g", "h", "i", "k"}


CALLED_FROM_OUTSIDE = {
    "ppp_tui/store/verify.py:dump": "compares databases, as ARCHITECTURE.md says",
    "ppp_tui/store/schema_script.py:write_schema_script": "the build of the program calls it",
    "ppp_tui/store/logged/entry_rules.py:trigger_script": "a step of the schema is made with it",
    "ppp_tui/logger/testing.py:capture": "tests of programs that log use it",
    "ppp_tui/scoring/prediction/success.py:predict_task_success": "for programs that ask before they begin a task",
    "ppp_tui/testing/source_contract.py:SourceContract": "test classes of sources derive from it",
    "ppp_tui/testing/document_contract.py:DocumentContract": "test classes of sources derive from it",
}
"""With the reason; what `__all__` of the package, the logger and the testing module list is public, too."""


def uses(node: ast.AST) -> Counter[str]:
    """Count every name that is read below a node, those in texts such as ``"package.module:name"`` included."""
    counts: Counter[str] = Counter()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name | ast.Attribute) and isinstance(inner.ctx, ast.Load):
            counts[inner.id if isinstance(inner, ast.Name) else inner.attr] += 1
        elif isinstance(inner, ast.Constant) and re.fullmatch(r"[\w.:]+", str(inner.value)):
            counts.update(re.split(r"[.:]", str(inner.value)))
    return counts


def bound_by(node: ast.stmt) -> list[str]:
    """Return the names of constants, classes and functions that a statement of a module binds, but for dunder names."""
    if isinstance(node, ast.ClassDef | FunctionNode):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("__")]


def is_list_of_names(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and [dotted(target) for target in node.targets] == ["__all__"]


def uses_in_all(modules: dict[str, ast.Module]) -> Counter[str]:
    """Count every name that is read in some modules."""
    return sum((uses(module) for module in modules.values()), Counter())


def without_callers(modules: dict[str, ast.Module]) -> list[str]:
    """Return constants, classes and functions of modules that nothing but themselves uses.

    That a module lists a name is no use, but for packages, whose lists tell others what there is.
    """
    listed = [
        node
        for name, module in modules.items()
        for node in module.body
        if is_list_of_names(node) and "__init__" not in name
    ]
    counts = uses_in_all(modules)
    counts.subtract(sum(map(uses, listed), Counter[str]()))
    return [
        f"{name}:{bound}"
        for name, module in modules.items()
        for node in module.body
        for bound in bound_by(node)
        if counts[bound] == uses(node)[bound]
        # The registry of commands finds them by this ending.
        and not bound.endswith("_command")
    ]


def test_everything_that_a_module_binds_is_used() -> None:
    modules = {str(path.relative_to(ROOT)): tree(path) for path in PACKAGE}
    assert sorted(without_callers(modules)) == sorted(CALLED_FROM_OUTSIDE)


def test_a_function_that_only_calls_itself_and_one_that_is_only_imported_have_no_caller() -> None:
    modules = {
        "a": ast.parse("def used(): pass\ndef again(): again()\ndef only_imported(): pass\nclass Named: pass\n"),
        "b": ast.parse("from a import only_imported, used\nused()\nprint('a:Named')\n"),
    }
    assert without_callers(modules) == ["a:again", "a:only_imported"]


def test_a_constant_and_a_private_function_that_are_only_listed_or_never_read_are_unused() -> None:
    code = "__all__ = ['LISTED']\nLISTED: int = 1\n_OWN = 2\nREAD = 3\nprint(READ)\ndef _helper(): pass\n"
    assert without_callers({"a.py": ast.parse(code)}) == ["a.py:LISTED", "a.py:_OWN", "a.py:_helper"]
    assert without_callers({"a/__init__.py": ast.parse(code)}) == ["a/__init__.py:_OWN", "a/__init__.py:_helper"]


CALLED_BY_USERS = {
    "ppp_tui/demo/player.py:Demo.play_until": "tests and pictures play the demo up to a moment",
    "ppp_tui/logger/logger.py:TrajectoryLogger.aflush": "for programs that log",
    "ppp_tui/logger/performance_reader.py:PerformanceReader.export_training_data": "for programs that log",
    "ppp_tui/logger/performance_reader.py:PerformanceReader.get_stats": "for programs that log",
    "ppp_tui/logger/performance_reader.py:PerformanceReader.get_stats_by_version": "for programs that log",
    "ppp_tui/logger/trajectory.py:Trajectory.log_usage": "for programs that log",
}
"""Public methods that nothing of ours calls, with the reason."""

PLAIN_BASES = {"NamedTuple", "Protocol", "Struct", "Enum", "StrEnum", "Generic"}


def methods_without_callers(modules: dict[str, ast.Module]) -> list[str]:
    """Return public methods whose name nothing reads; those of classes that derive from others may be called there."""
    counts = uses_in_all(modules)
    return [
        f"{name}:{owner.name}.{method.name}"
        for name, module in modules.items()
        for owner in ast.walk(module)
        if isinstance(owner, ast.ClassDef) and {dotted(base).split(".")[-1] for base in owner.bases} <= PLAIN_BASES
        for method in owner.body
        if isinstance(method, FunctionNode)
        and not method.name.startswith("_")
        and counts[method.name] == uses(method)[method.name]
    ]


def test_every_public_method_has_a_caller() -> None:
    modules = {str(path.relative_to(ROOT)): tree(path) for path in PACKAGE if "testing" not in path.parts}
    assert sorted(methods_without_callers(modules)) == sorted(CALLED_BY_USERS)


def test_a_method_that_nothing_reads_has_no_caller() -> None:
    owner = "class A:\n    def again(self): self.again()\n    def read(self): pass\n"
    code = f"{owner}class B(A):\n    def free(self): pass\nA().read"
    assert methods_without_callers({"a": ast.parse(code)}) == ["a:A.again"]


MAX_FOLDER_MODULES = 24


def folder_sizes(paths: tuple[Path, ...]) -> dict[str, int]:
    return dict(Counter(str(path.parent.relative_to(ROOT)) for path in paths if path.name != "__init__.py"))


def test_no_folder_holds_more_modules_than_can_be_looked_through() -> None:
    # The steps of the schema are one file each, for ever.
    sizes = {folder: size for folder, size in folder_sizes(PACKAGE).items() if folder != "ppp_tui/store/steps"}
    assert {folder: size for folder, size in sizes.items() if size > MAX_FOLDER_MODULES} == {}
