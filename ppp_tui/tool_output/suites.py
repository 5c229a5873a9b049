"""Names for what a test command runs: the same suite has one name, however the command is typed.

Paths are relative to the project; wrappers, quotes, variables and options that change no result are left out. Arguments
that select single tests (``-k``, ``-run``, ``path::test``) are the selection.
"""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.commands import is_runner
from ppp_tui.tool_output.shell import SimpleCommand, simple_commands
from ppp_tui.tool_output.testers import is_test

MAX_SUITE_CHARS = 200
"""Characters that are kept of a suite's name, and of a selection."""

_DRIVE = lazy_pattern(r"(?:/mnt|/cygdrive)?/([A-Za-z])(?=/|\Z)|([A-Za-z]):(?=[/\\]|\Z)")
_SELECTING = {
    "pytest": ("-k", "-m", "--deselect", "--lf", "--last-failed", "--ff", "--sw", "--stepwise"),
    "unittest": ("-k",),
    "go": ("-run", "--run", "-test.run", "-skip", "-bench"),
    "gotestsum": ("-run", "--run"),
    "jest": ("-t", "--testNamePattern", "--testPathPattern", "--testPathPatterns", "-o", "--onlyChanged", "-f"),
    "vitest": ("-t", "--testNamePattern", "--changed"),
    "bun": ("-t", "--test-name-pattern"),
    "mocha": ("-g", "--grep", "-f", "--fgrep"),
    "playwright": ("-g", "--grep", "--grep-invert", "--last-failed"),
    "cypress": ("--spec", "-s"),
    "node": ("--test-name-pattern", "--test-only"),
    "deno": ("--filter",),
    "rspec": ("-e", "--example", "-t", "--tag", "--only-failures"),
    "phpunit": ("--filter", "--group"),
    "pest": ("--filter", "--group"),
    "artisan": ("--filter", "--group"),
    "dotnet": ("--filter",),
    "mvn": ("-Dtest", "-Dit.test"),
    "mvnw": ("-Dtest", "-Dit.test"),
    "gradle": ("--tests",),
    "gradlew": ("--tests",),
    "ctest": ("-R", "--tests-regex", "-E", "-I", "--rerun-failed"),
    "nextest": ("-E", "--filter-expr"),
    "swift": ("--filter", "--skip"),
    "mix": ("--only", "--exclude", "--include", "--failed", "--stale"),
    "bats": ("-f", "--filter", "--filter-tags", "--filter-status"),
    "manage.py": ("-k", "--tag"),
    "prove": (),
    "Pkg.test": ("--test-args",),
    "testthat": ("--filter",),
    "tinytest": ("--filter",),
}
"""Options that select single tests, by program; other programs have `_ANY_SELECTING`."""

_ANY_SELECTING = frozenset(
    {
        "-k",
        "-run",
        "--run",
        "-t",
        "-g",
        "--grep",
        "--filter",
        "--testNamePattern",
        "--test-name-pattern",
        "--tests",
        "-Dtest",
        "--only",
    }
)
_ALONE = frozenset(
    {
        "--lf",
        "--last-failed",
        "--ff",
        "--sw",
        "--stepwise",
        "-o",
        "--onlyChanged",
        "--only-failures",
        "--rerun-failed",
        "--failed",
        "--stale",
        "--test-only",
        "--changed",
    }
)
"""Selecting options that no value follows."""

_QUIET = lazy_pattern(
    r"-(?:v+|q+|s|x|i|ra|rA|rf|rs|rx|l|json|race|failfast|cover|short|bail|b)\Z"
    r"|--(?:verbose|quiet|silent|no-header|nocapture|show-output|no-color|colou?rs?|exitfirst|ci|runInBand|forceExit|bail"
    r"|no-coverage|coverage|no-cov|detectOpenHandles|passWithNoTests|watchAll|no-watch|run|no-fail-fast|fail-fast"
    r"|no-summary|showlocals|keepdb|noinput|no-input|parallel|offline|frozen|locked|info|stacktrace|no-daemon|rerun"
    r"|rerun-tasks|continue|no-build|no-restore|output-on-failure|failed|no-capture|show-capture|reporter|tb|cache-clear"
    r")\Z"
    r"|--(?:tb|colou?rs?|durations|durations-min|reporters?|show-capture|maxfail|cov|cov-report|maxWorkers|watch|watchAll"
    r"|logger|verbosity|timeout|retry|retries|workers|jobs|coverage|bail|json|junitxml|junit-xml|output|format|failfast"
    r"|parallel|message-format|console|rerun|log-cli-level|color-output|no-file-parallelism|pool)=\S*\Z"
    r"|-(?:count|timeout|parallel|race|v|cover|coverprofile|p|json|failfast|j|cpu)=\S*\Z|-j\d*\Z|-n\d+\Z|-[vqsx]{2,4}\Z"
)
"""Options that change output, speed or when the run stops, but not which tests there are."""

_QUIET_VALUED = frozenset(
    {
        "--tb",
        "--maxfail",
        "--durations",
        "--timeout",
        "-timeout",
        "-count",
        "-parallel",
        "--reporter",
        "--reporters",
        "--color",
        "--maxWorkers",
        "--verbosity",
        "--logger",
        "-j",
        "--jobs",
        "--workers",
        "--junitxml",
        "--format",
        "--log-cli-level",
        "--cov-report",
        "--retries",
        "--test-threads",
        "--cov",
        "-coverprofile",
    }
)
"""Such options whose value is the next word."""

_QUIET_VALUED_OF = {"pytest": ("-n", "-p", "-W", "-o", "-c"), "go": ("-p", "-cpu"), "jest": ("-w",)}
"""The same for options that have another meaning in other programs, by program."""

_FOLDER_OPTIONS = {
    "make": ("-C", "--directory"),
    "gmake": ("-C", "--directory"),
    "npm": ("--prefix", "-C"),
    "yarn": ("--cwd",),
    "pnpm": ("-C", "--dir"),
    "go": ("-C",),
    "cargo": (),
    "mvn": (),
    "gradle": ("-p",),
    "gradlew": ("-p",),
    "bun": ("--cwd",),
}
_SCRIPTED = frozenset({"npm", "yarn", "pnpm", "bun"})
_NODE_ID = lazy_pattern(r"(?P<file>[^:\s]+\.(?:py|php|rb|rs))::(?P<test>.+)\Z", re.DOTALL)
_LINE = lazy_pattern(r"(?P<file>\S+_(?:spec|test)\.(?:rb|exs?)|\S+\.(?:spec|test)\.[jt]sx?):(?P<test>\d[\d:]*)\Z")
_DOTTED = lazy_pattern(r"(?P<file>[\w.]+?)\.(?P<test>[A-Z]\w*(?:\.test\w*)?|test\w*)\Z")
"""A module with a class or a method, as unittest and Django name single tests."""


_OWN_FRAMEWORK = frozenset(
    {
        "pytest",
        "jest",
        "vitest",
        "mocha",
        "go",
        "cargo",
        "nextest",
        "rspec",
        "phpunit",
        "pest",
        "dotnet",
        "ctest",
        "bun",
        "deno",
        "node",
        "gradle",
        "unittest",
        "playwright",
        "swift",
    }
)
"""Programs whose runs are counted under their own name."""

_FRAMEWORKS = {
    **dict(zip(_OWN_FRAMEWORK, _OWN_FRAMEWORK, strict=True)),
    "py.test": "pytest",
    "ptw": "pytest",
    "pytest-watch": "pytest",
    "pytest-watcher": "pytest",
    "Pkg.test": "julia",
    "testthat": "testthat",
    "tinytest": "tinytest",
    "gradlew": "gradle",
    "mvn": "maven",
    "mvnw": "maven",
    "manage.py": "unittest",
    "gotestsum": "go",
    "mix": "exunit",
    "xcodebuild": "swift",
    "prove": "tap",
    "bats": "tap",
    "tap": "tap",
    "tape": "tap",
}


class Suite(NamedTuple):
    """What a command runs."""

    name: str
    """'' for a command that runs nothing."""
    selection: str
    """The arguments that select single tests of the suite, '' for all of it."""
    variables: tuple[str, ...]
    """Variables that are set for it, sorted."""
    framework: str = ""
    """The framework of the runs, if the program determines it; else ''."""


@lru_cache(maxsize=512)
def suite_of(command: str, project: str = "") -> Suite:
    """Return the suite that a command runs, its folders relative to the project."""
    test_command = _find(command, project)
    if test_command is None:
        return Suite("", "", ())
    part, folder = test_command
    words, selection = _canonical(part, project)
    words, folder = _without_folder(words, folder, project)
    name = " ".join(map(_quoted, words))
    return Suite(
        (f"{folder}: {name}" if folder else name)[:MAX_SUITE_CHARS],
        " ".join(map(_quoted, selection))[:MAX_SUITE_CHARS],
        tuple(sorted(part.assigned)),
        _FRAMEWORKS.get(part.program, "") if is_test(part) else "",
    )


def plain_path(path: str) -> str:
    """Return a path in one form: forward slashes, ``/d/x`` for ``D:\\x`` and ``/mnt/d/x``, without ``.`` and ``..``."""
    text = path.replace("\\", "/")
    drive = _DRIVE.match(text)
    if drive:
        text = f"/{(drive[1] or drive[2]).lower()}{text[drive.end() :]}"
    parts_of_path: list[str] = []
    for part in text.split("/"):
        if part == ".." and parts_of_path and parts_of_path[-1] not in ("", ".."):
            parts_of_path.pop()
        elif part not in ("", ".") or (not part and not parts_of_path):
            parts_of_path.append(part)
    return "/".join(parts_of_path) or ("/" if text.startswith("/") else "")


def relative_path(path: str, project: str) -> str:
    """Return a path relative to the project if it is inside, else as `plain_path` does; '' for the project itself."""
    plain, root = plain_path(path), plain_path(project)
    is_drive = bool(re.match(r"/[a-z](?:/|\Z)", root))
    same = str.lower if is_drive else str
    if root and root != "/" and same(plain) == same(root):
        return ""
    if root and root != "/" and same(plain).startswith(same(f"{root}/")):
        return plain[len(root) + 1 :]
    return plain


def _find(command: str, project: str) -> tuple[SimpleCommand, str] | None:
    """Return the simple command that runs tests, else the first that could, and the folder that it runs in."""
    folder = ""
    first: tuple[SimpleCommand, str] | None = None
    for part in simple_commands(command):
        if part.program in ("cd", "pushd", "Set-Location") and len(part.words) > 1 and first is None:
            place = next((word for word in part.words[1:] if not word.startswith("-")), "")
            is_absolute = bool(_DRIVE.match(place)) or place.startswith(("/", "~", "$"))
            folder = relative_path(place if is_absolute or not folder else f"{folder}/{place}", project)
        elif is_test(part):
            return part, folder
        elif first is None and is_runner(part):
            first = part, folder
    return first


def _canonical(part: SimpleCommand, project: str) -> tuple[list[str], list[str]]:
    """Return the words of a command that determine its suite, and those that select single tests."""
    program = part.program
    is_known_test = is_test(part)
    words, selection = [program if is_known_test else _shortened(part.words[0], project)], []
    selecting = _SELECTING.get(_runner(part), _ANY_SELECTING) if is_known_test else ()
    rest = list(part.words[1:])
    while rest:
        word = rest.pop(0)
        option = word.partition("=")[0]
        if option in selecting and (program not in _SCRIPTED or any("test" in earlier for earlier in words[1:])):
            selection.append(word)
            if "=" not in word and option not in _ALONE and rest:
                selection.append(rest.pop(0))
        elif word == "--" or (is_known_test and _QUIET.match(word)):
            continue
        elif is_known_test and (word in _QUIET_VALUED or word in _QUIET_VALUED_OF.get(program, ())):
            if rest:
                rest.pop(0)
        elif is_known_test and (picked := _picked(program, word)):
            selection.append(picked[1])
            if (file := _shortened(picked[0], project)) not in words:
                words.append(file)
        else:
            words.append(_shortened(word, project, keeps_dot=program == "go"))
    if program in _SCRIPTED and words[1:3] in (["run", "test"], ["run-script", "test"]):
        del words[1]
    if program == "npm" and words[1:2] == ["t"]:
        words[1] = "test"
    if program == "cargo":
        _pick_by_name(words, selection)
    return words, selection


def _runner(part: SimpleCommand) -> str:
    """Return the program that reads a command's options; '' for a script of a package, where it is unknown."""
    return "" if part.program in _SCRIPTED and part.program != "bun" else part.program


def _picked(program: str, word: str) -> tuple[str, str] | None:
    """Return a file or module, and the single test in it that a word names."""
    match = _NODE_ID.match(word) or _LINE.match(word)
    if match is None and program in ("unittest", "manage.py", "django-admin", "nose2", "trial"):
        match = _DOTTED.match(word)
    return (match["file"], word[len(match["file"]) :]) if match else None


def _pick_by_name(words: list[str], selection: list[str]) -> None:
    """Move plain words after ``test`` to the selection: for Cargo they are parts of test names."""
    for word in words[2:]:
        if not word.startswith("-") and words[words.index(word) - 1] not in _CARGO_VALUED:
            words.remove(word)
            selection.append(word)


_CARGO_VALUED = frozenset(
    {
        "-p",
        "--package",
        "--test",
        "--features",
        "--manifest-path",
        "--profile",
        "--target",
        "--bin",
        "--example",
        "--bench",
        "--exclude",
        "-F",
    }
)


def _without_folder(words: list[str], folder: str, project: str) -> tuple[list[str], str]:
    """Return the words without an option that names the folder to run in, and that folder."""
    for option in _FOLDER_OPTIONS.get(words[0], ()):
        for place, word in enumerate(words[1:], 1):
            named = word.partition("=")[2] if word.startswith(f"{option}=") else ""
            if word == option and place + 1 < len(words):
                named = words[place + 1]
                del words[place : place + 2]
            elif named:
                del words[place]
            else:
                continue
            return words, relative_path(f"{folder}/{named}" if folder else named, project)
    return words, folder


def _shortened(word: str, project: str, *, keeps_dot: bool = False) -> str:
    """Return a word with a path in it made relative; for Go such a path begins with a dot."""
    name, sign, value = word.partition("=")
    if sign and name.startswith("-") and _is_path(value):
        return f"{name}={_shortened(value, project)}"
    if not _is_path(word):
        return word
    short = relative_path(word.removesuffix("/..."), project)
    is_local = word.startswith("./") or short != plain_path(word.removesuffix("/..."))
    if word.endswith("/..."):
        short = f"{short}/..." if short else "..."
    lead = "./" if is_local and (keeps_dot or short == "...") and not short.startswith(("/", "../")) else ""
    return f"{lead}{short}" if short else "."


def _is_path(word: str) -> bool:
    has_folder = "/" in word or "\\" in word
    return has_folder and "://" not in word and " " not in word and not word.startswith(("-", "//", "@"))


def _quoted(word: str) -> str:
    """Return a word as it would be typed, quoted only if it contains a space or a quote."""
    return shlex.quote(word) if re.search(r"[\s'\"]", word) else word
