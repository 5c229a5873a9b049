"""Tests that an interpreter runs by code that it is given as text (``python -c``, ``julia -e``), or as their script.

Each is returned as the command line that would run the same tests, so that it is the same suite.
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern


class _Interpreter(NamedTuple):
    texts: tuple[str, ...]
    """Options whose value is code."""
    valued: frozenset[str]
    """Other options that a value follows."""
    of_code: Callable[[str], list[str] | None]
    """Returns the command that code is equivalent to, None for code that runs no tests."""
    of_script: Callable[[str, list[str]], list[str] | None]
    """Returns the command that a script with arguments is equivalent to, None for one that may run no tests."""


_ARGUMENT = r"""\s*(?:args\s*=\s*)?(\[[^\[\]]*\])?"""
_PYTEST_MAIN = lazy_pattern(rf"\bpytest\.(?:main|console_main)\({_ARGUMENT}")
_UNITTEST_MAIN = lazy_pattern(r"\bunittest\.(?:main|TextTestRunner)\(")


def _python_code(code: str) -> list[str] | None:
    """Return ``pytest …`` for a call of ``pytest.main`` with a list of words, or with none."""
    if call := _PYTEST_MAIN.search(code):
        try:
            arguments = ast.literal_eval(call[1] or "[]")
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            arguments = []
        return ["pytest", *(word for word in arguments if isinstance(word, str))]
    return ["unittest"] if _UNITTEST_MAIN.search(code) else None


_PKG_TEST = lazy_pattern(r"\bPkg\.test\(([^()]*)\)|\bpkg\"test\b([^\"]*)\"")
_TEST_ARGUMENTS = lazy_pattern(r"\btest_args\s*=\s*(?:`([^`]*)`|\[([^\[\]]*)\])")
_TEXT = lazy_pattern(r"""["']([^"'\\]*)["']""")
_INCLUDED = lazy_pattern(r"""\binclude\(\s*["']([^"'\\]*runtests\.jl)["']""")


def _julia_code(code: str) -> list[str] | None:
    """Return ``Pkg.test PACKAGE … --test-args=…`` for Julia's package manager, or for the script that it runs."""
    if call := _PKG_TEST.search(code):
        arguments = _TEST_ARGUMENTS.search(call[1] or "")
        names = _TEXT.findall(call[1][: arguments.start()] if arguments else call[1]) if call[1] else []
        picked = [] if arguments is None else [*_TEXT.findall(arguments[2] or ""), *(arguments[1] or "").split()]
        return ["Pkg.test", *names, *(call[2] or "").split(), *_picking(picked)]
    script = _INCLUDED.search(code)
    return _julia_script(script[1], []) if script else None


def _julia_script(path: str, words: list[str]) -> list[str] | None:
    folder, _, name = path.replace("\\", "/").rpartition("/")
    if name != "runtests.jl":
        return None
    package = folder.removesuffix("/test") if folder != "test" else ""
    return ["Pkg.test", *([package] if package else []), *_picking(words)]


def _picking(words: list[str]) -> list[str]:
    return [f"--test-args={' '.join(words)}"] if words else []


_R_CALL = lazy_pattern(
    r"\b(?:(devtools|testthat|tinytest):{2,3})?(test|test_dir|test_local|test_check|test_package|test_file|test_all|"
    r"run_test_dir|test_active_file)\(([^()]*)\)"
)
_R_LIBRARY = lazy_pattern(r"\b(?:library|require)\(\s*[\"']?(devtools|testthat|tinytest)\b")
_R_FILTER = lazy_pattern(r"""\b(?:filter|desc)\s*=\s*["']([^"'\\]*)["']""")
_R_PLACE = lazy_pattern(r"""\A\s*(?:(?:path|file|dir|pkg|package)\s*=\s*)?["']([^"'\\]*)["']""")
_USUAL_PLACES = ("", ".", "tests/testthat", "./tests/testthat", "testthat")


def _r_code(code: str) -> list[str] | None:
    """Return ``testthat PLACE --filter=…`` for calls of testthat and devtools, ``tinytest …`` for that."""
    for package, function, arguments in _R_CALL.findall(code):
        library = _R_LIBRARY.search(code)
        owner = package or (library[1] if library else "")
        if not owner or (function == "test" and owner == "testthat"):
            continue
        picked, place = _R_FILTER.search(arguments), _R_PLACE.search(arguments)
        is_usual = place is None or place[1] in _USUAL_PLACES or function in ("test_check", "test_package")
        return [
            "tinytest" if owner == "tinytest" else "testthat",
            *([] if place is None or is_usual else [place[1]]),
            *([f"--filter={picked[1]}"] if picked else []),
        ]
    return None


def _r_script(path: str, _words: list[str]) -> list[str] | None:
    name = path.replace("\\", "/").rpartition("/")[2]
    return {"testthat.R": ["testthat"], "tinytest.R": ["tinytest"]}.get(name)


def _no_script(_path: str, _words: list[str]) -> list[str] | None:
    return None


_PYTHON = _Interpreter(("-c",), frozenset({"-X", "-W"}), _python_code, _no_script)
_R = _Interpreter(("-e",), frozenset({"-f", "--file", "-g", "--gui", "-d", "--debugger"}), _r_code, _r_script)
_INTERPRETERS: Mapping[str, _Interpreter] = {
    "python": _PYTHON,
    "julia": _Interpreter(
        ("-e", "-E", "--eval", "--print"),
        frozenset({"-p", "-t", "-J", "-L", "-H", "-C", "-O", "-g"}),
        _julia_code,
        _julia_script,
    ),
    "Rscript": _R,
    "R": _R,
}


def tests_of_code(name: str, words: list[str], unquoted: Callable[[str], str]) -> list[str] | None:
    """Return the words, quoted for a shell, of the tests that an interpreter runs; None if it is not known to run any.

    `name` is the interpreter's, ``python`` for all of Python's.
    """
    interpreter = _INTERPRETERS.get(name)
    if interpreter is None:
        return None
    place = 1
    while place < len(words):
        word = unquoted(words[place])
        option, sign, value = word.partition("=")
        if option in interpreter.texts and (sign or place + 1 < len(words)):
            command = interpreter.of_code(value if sign else unquoted(words[place + 1]))
            if command is not None:
                return [shlex.quote(part) for part in command]
            place += 1 if sign else 2
        elif not word.startswith("-"):
            command = interpreter.of_script(word, [unquoted(part) for part in words[place + 1 :]])
            return None if command is None else [shlex.quote(part) for part in command]
        else:
            place += 2 if word in interpreter.valued else 1
    return None
