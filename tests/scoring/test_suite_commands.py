"""Which commands can run tests, which change nothing, which suite one runs, and how its runs compare."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.files import normalised, read_files
from ppp_tui.scoring.test_runs.commands import changes_beside, changes_nothing, may_run_tests, suite_of
from ppp_tui.scoring.test_runs.compare import Outcome, flipped, is_regression, pass_rate


@pytest.mark.parametrize(
    "command",
    ["pytest -q", "make test | tail -5", "cd sub && npm test", "git commit -m 'x'",
     "timeout 60 ./run.sh > log; cat log", "CI=1 mise run test",
     "cat > a_test.go <<'EOF'\nfunc x() {}\nEOF\ngo test ./..."],
)  # fmt: skip
def test_a_command_that_runs_something_may_run_tests(command: str) -> None:
    assert may_run_tests(command)


@pytest.mark.parametrize(
    "command",
    ["cat log", "tail -n 40 test.log", "grep -n 'passed' *.log | sort", "git log -3", "git show HEAD",
     "gh run view 7 --log", "docker compose logs app", "kubectl logs pod", "tmux capture-pane -p", "cd /tmp; ls",
     "sed -n '1,80p' out.txt", "",
     "cat <<'EOF'\npytest\nEOF"],
)  # fmt: skip
def test_a_command_that_only_shows_what_is_there_runs_no_tests(command: str) -> None:
    assert not may_run_tests(command)


@pytest.mark.parametrize(
    ("command", "suite"),
    [
        ("pytest -q tests/a.py 2>&1 | tail -5", "pytest tests/a.py"),
        ("cd /shop && timeout 60 pytest --tb=short tests/a.py", "pytest tests/a.py"),
        ("cd web && npm test", "web: npm test"),
        ("CI=1 NODE_ENV=test npx jest --verbose", "npx jest"),
        ("mise run fmt && mise run lint && mise run test", "mise run test"),
        ("go clean -testcache; go test ./... -v -count=1", "go test ./... -count=1"),
        ("S=$(date +%s) go test ./...", "go test ./..."),
        ("pytest -k 'a and b'; echo done", "pytest -k 'a and b'"),
        ("cat notes", ""),
    ],
)
def test_a_suite_is_named_the_same_however_it_is_called(command: str, suite: str) -> None:
    assert suite_of(command, "/shop") == suite


def test_variables_tell_two_calls_apart_where_that_is_asked_for() -> None:
    assert suite_of("SEED=1 pytest", keeps_variables=True) != suite_of("SEED=2 pytest", keeps_variables=True)


@pytest.mark.parametrize(
    ("command", "is_harmless"),
    [("cat a | grep b", True), ("git diff", True), ("ls > /tmp/x", True), ("ls > names.txt", False), ("rm a", False),
     ("sed -i s/a/b/ x.py", False), ("git checkout .", False), ("python make.py", False)],
)  # fmt: skip
def test_what_changes_files_is_told_from_what_does_not(command: str, is_harmless: bool) -> None:
    assert changes_nothing(command) is is_harmless


def test_a_run_beside_another_program_may_have_changed_something() -> None:
    assert not changes_beside("cd sub && pytest -q | tail -3")
    assert changes_beside("ruff format . && pytest")
    assert changes_beside("sed -i s/a/b/ x.py; pytest")


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("cat src/app.py", ("src/app.py",)),
        ("sed -n '1,80p' src/app.py && head -n 20 README.md", ("src/app.py", "README.md")),
        ("sed 's/ /_/' a.txt", ("a.txt",)),
        ("grep x src/app.py | head -20", ()),
        ("cat *.py $HOME/.profile", ()),
        ("tail -f /dev/null", ()),
        ("sed -i s/a/b/ src/app.py", ()),
        ("cat > src/app.py <<'EOF'\nx\nEOF", ()),
        ("cat 'my file.txt' ./", ("my file.txt",)),
    ],
)
def test_files_that_a_command_shows(command: str, files: tuple[str, ...]) -> None:
    assert read_files(command) == files


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/shop/src/../src/a.py", "src/a.py"), ("./src//a.py", "src/a.py"), ("/etc/hosts", "/etc/hosts"),
     ("/shopping/a.py", "/shopping/a.py"), ("", ""), ("x" * 500, "x" * 400)],
)  # fmt: skip
def test_a_file_has_one_name(path: str, expected: str) -> None:
    assert normalised(path, "/shop") == expected
    assert normalised("C:\\shop\\src\\a.py", "C:\\shop") == "src/a.py"


def test_skipped_tests_did_not_run() -> None:
    assert pass_rate(9, 1) == 90.0
    assert pass_rate(0, 0) is None


def test_a_regression_falls_by_more_than_ten_points() -> None:
    assert [is_regression(points) for points in (None, -5.0, 10.0, 10.1)] == [False, False, False, True]


def test_a_flip_needs_two_runs_that_name_all_that_failed() -> None:
    red, green = Outcome(5, 1, ("a",)), Outcome(5, 0, ())
    assert flipped(red, green) == (("a", True),)
    assert flipped(green, Outcome(5, 1, ("b",))) == (("b", False),)
    assert flipped(red, Outcome(4, 0, ())) == ()
    assert flipped(Outcome(5, 2, ("a",)), green) == ()
    assert flipped(red, red) == ()
