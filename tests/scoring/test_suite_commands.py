"""Which commands can run tests, which change nothing, which suite one runs, and how its runs compare."""

from __future__ import annotations

import pytest

from ppp_tui.model.event_values import StepStatus
from ppp_tui.scoring.files import normalise_path, read_files
from ppp_tui.scoring.pass_rates import is_regression, pass_rate
from ppp_tui.tool_output.commands import (
    changes_beside,
    changes_nothing,
    may_run_tests,
    passed_by_exit,
    runs_tests,
)
from ppp_tui.tool_output.shell import simple_commands
from ppp_tui.tool_output.suites import suite_of


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q",
        "make test | tail -5",
        "cd sub && npm test",
        "git commit -m 'x'",
        "timeout 60 ./run.sh > log; cat log",
        "CI=1 mise run test",
        "cat > a_test.go <<'EOF'\nfunc x() {}\nEOF\ngo test ./...",
    ],
)
def test_a_command_that_runs_something_may_run_tests(command: str) -> None:
    assert may_run_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "cat log",
        "tail -n 40 test.log",
        "grep -n 'passed' *.log | sort",
        "git log -3",
        "git show HEAD",
        "gh run view 7 --log",
        "docker compose logs app",
        "kubectl logs pod",
        "tmux capture-pane -p",
        "cd /tmp; ls",
        "sed -n '1,80p' out.txt",
        "",
        "cat <<'EOF'\npytest\nEOF",
    ],
)
def test_a_command_that_only_shows_what_is_there_runs_no_tests(command: str) -> None:
    assert not may_run_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q",
        "python -m pytest tests/",
        "python3.12 -m unittest",
        "npm test",
        "npm run test:unit",
        "cargo test --all",
        "go test ./...",
        "make test",
        "make check",
        "cd app && uv run pytest -x",
        "FOO=1 timeout 60 npx jest",
        "bash -lc 'cd app; pytest'",
        "./gradlew test",
        "python manage.py test shop",
        ".venv/bin/pytest",
        "bundle exec rspec",
        "coverage run -m pytest",
        "uv run --with x pytest",
        "node node_modules/.bin/jest",
        "php vendor/bin/phpunit",
        "node --test tests/",
        "./gradlew :app:testDebugUnitTest",
        "mvn -q verify",
        "D:/shop/.venv/Scripts/python.exe -m pytest",
        "cat x <<'EOF'\ny\nEOF\nyarn test",
        "docker compose -f dev.yml exec -T web pytest -x",
        "docker run --rm -v .:/app -w /app node:22 npm test",
        "podman exec -u app web sh -c 'cd /app && pytest'",
        "kubectl exec -it pod -c web -- go test ./...",
        "conda run -n shop python -m pytest",
        "npx cross-env CI=1 jest",
        "pwsh -NoProfile -Command 'pytest -q'",
        "cmd /c npm test",
        'eval "pytest -q"',
        "script -qc 'cargo test' /dev/null",
        "hatch run test",
        "pdm run test:unit",
        "npm t",
        "npx react-scripts test",
        "cargo t",
        "cargo +nightly test",
        "make -C sub -j4 unit-test",
        "make build test",
        "ninja -C build test",
        "cmake --build build --target test",
        "zig build test",
        "dart run test",
        "npm --prefix web run e2e-test",
        "rake db:create spec",
        "sbt 'testOnly shop.CartSpec'",
        "dune runtest",
        "rebar3 ct",
        "gradle -x lint test",
    ],
)
def test_a_command_that_runs_tests_for_certain_may_run_them_too(command: str) -> None:
    assert runs_tests(command)
    assert may_run_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "pip install pytest",
        "cat tests/test_a.py",
        "git commit -m 'fix pytest run'",
        "echo pytest",
        "cargo check",
        "npm install jest",
        "ls tests",
        "grep -r test .",
        "pytest --version",
        "python test.py",
        "playwright install",
        "docker build -t test .",
        "docker run --rm test-image",
        "docker compose up test",
        "docker compose exec web ls tests",
        "kubectl exec pod -- cat test.log",
        "uv add test-lib",
        "poetry add --group test pytest",
        "",
        "ssh host",
        "ssh -p 22 host",
        "ssh host echo pytest",
        "ssh host 'grep -r pytest .'",
        "scp pytest.ini host:",
        "nix develop",
        "nix build .#pytest",
        "direnv allow pytest",
        "mise install pytest",
        "mise exec -- which pytest",
        "flox activate -- cat pytest.ini",
        "uv pip install pytest",
        "uv tool install pytest",
        "bun add jest",
        "yarn add jest",
        "command -v pytest",
        "sudo -l pytest",
        "ls tests | xargs grep pytest",
        "timeout 60 tail -f test.log",
        "docker compose exec web test -f pytest.ini",
        "devbox run build",
        "su ann",
        "script pytest.log",
        "grep -r pytest",
        "go test -c ./x",
        "go test -list .",
        "make -n test",
        "make -C test all",
        "rake -T test",
        "gradle build -x test",
        "mvn -Dmaven.test.skip=true verify",
        "cargo new test",
        "cargo build -p test",
        "dotnet add test package x",
        "flutter create test",
        "npm run build test",
        "npm run test:build",
        "npm run check",
        "yarn eslint test",
        "rails db:test:prepare",
    ],
)
def test_a_command_that_names_tests_runs_none_for_certain(command: str) -> None:
    assert not runs_tests(command)


@pytest.mark.parametrize(
    ("command", "code", "status", "expected"),
    [
        ("pytest", 0, "ok", True),
        ("pytest", 1, "failed", False),
        ("pytest", None, "ok", True),
        ("pytest", None, "failed", False),
        ("pytest", None, "running", None),
        ("pytest", 1, "cancelled", None),
        ("pytest | tail -5", 0, "ok", None),
        ("set -o pipefail; pytest | tail -5", 1, "failed", False),
        ("pytest || true", 0, "ok", None),
        ("pytest; echo done", 0, "ok", None),
        ("pytest 2>&1 > log.txt", 1, "failed", False),
        ("make build && pytest && echo ok", 1, "failed", False),
        ("if pytest; then echo ok; fi", 0, "ok", None),
        ("ls", 0, "ok", None),
    ],
)
def test_how_a_run_ended_is_told_only_where_its_exit_code_is_the_tests(
    command: str, code: int | None, status: StepStatus, expected: bool | None
) -> None:
    assert passed_by_exit(command, code, status) is expected


@pytest.mark.parametrize(
    ("command", "suite", "selection"),
    [
        ("pytest -q tests/a.py 2>&1 | tail -5", "pytest tests/a.py", ""),
        ("cd /shop && timeout 60 pytest --tb=short tests/a.py", "pytest tests/a.py", ""),
        ("python -m pytest /shop/tests/", "pytest tests", ""),
        (".venv/bin/python3 -m pytest 'tests'", "pytest tests", ""),
        ('uv run pytest -x -n 4 "./tests"', "pytest tests", ""),
        ("SEED=1 pytest", "pytest", ""),
        ("cd web && npm test", "web: npm test", ""),
        ("cd /shop; cd web; npm run test", "web: npm test", ""),
        ("npm --prefix web test", "web: npm test", ""),
        ("bash -lc 'cd /shop/web; npm test'", "web: npm test", ""),
        ("CI=1 NODE_ENV=test npx jest --verbose", "jest", ""),
        ("mise run fmt && mise run lint && mise run test", "mise run test", ""),
        ("go clean -testcache; go test ./... -v -count=1", "go test ./...", ""),
        ("S=$(date +%s) go test /shop/...", "go test ./...", ""),
        ("cargo test -p till -p shop", "cargo test -p till -p shop", ""),
        ("pytest -k 'a and b'; echo done", "pytest", "-k 'a and b'"),
        ("pytest a.py::test_x a.py::TestB::test_y[1-2]", "pytest a.py", "::test_x ::TestB::test_y[1-2]"),
        ("go test ./pkg/ -run 'TestX$'", "go test ./pkg", "-run TestX$"),
        ("cargo test pays_twice -- --nocapture", "cargo test", "pays_twice"),
        ("npm run test -- -t adds", "npm test", "-t adds"),
        ("npx mocha --grep=adds", "mocha", "--grep=adds"),
        ("python3 -m unittest tests.test_a.TestX.test_y", "unittest tests.test_a", ".TestX.test_y"),
        ("mvn -q test -Dtest=Till", "mvn test", "-Dtest=Till"),
        ("rspec spec/till_spec.rb:12", "rspec spec/till_spec.rb", ":12"),
        ("npm run test:unit", "npm run test:unit", ""),
        ("pnpm --filter web test", "pnpm --filter web test", ""),
        ("pnpm --filter web test -t adds", "pnpm --filter web test", "-t adds"),
        ("yarn jest -t adds", "jest", "-t adds"),
        ("sudo -u ann pytest tests\\unit", "pytest tests/unit", ""),
        ("wsl.exe -d Ubuntu bash -lc 'cd web && go test ./...'", "web: go test ./...", ""),
        ("./ci.sh", "ci.sh", ""),
        ("cat notes", "", ""),
    ],
)
def test_a_suite_has_one_name_however_it_is_typed(command: str, suite: str, selection: str) -> None:
    assert suite_of(command, "/shop")[:2] == (suite, selection)


@pytest.mark.parametrize("project", ["D:\\shop", "/d/shop", "/mnt/d/shop", "d:/Shop"])
@pytest.mark.parametrize(
    "command",
    [
        "cd /d/shop/web && npm test",
        "cd D:/shop/web && npm test",
        'cd "D:\\shop\\web"; npm test',
        "cd web && npm test",
        "cd /mnt/d/shop && cd web && npm test",
        "cd ./web/../web/ && npm test",
    ],
)
def test_a_folder_of_a_drive_has_one_name(command: str, project: str) -> None:
    assert suite_of(command, project).name == "web: npm test"


def test_variables_are_told_apart_from_the_suite() -> None:
    assert suite_of("SEED=1 pytest").variables == ("SEED=1",)
    assert suite_of("B=2 A=1 pytest") == suite_of("A=1 B=2 pytest")


@pytest.mark.parametrize(
    ("command", "is_harmless"),
    [
        ("cat a | grep b", True),
        ("git diff", True),
        ("ls > /tmp/x", True),
        ("ls > names.txt", False),
        ("rm a", False),
        ("sed -i s/a/b/ x.py", False),
        ("git checkout .", False),
        ("python make.py", False),
    ],
)
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
        ("ssh host cat src/app.py", ()),
        ("ssh host 'cd shop; head README.md' && cat b.txt", ("b.txt",)),
    ],
)
def test_files_that_a_command_shows(command: str, files: tuple[str, ...]) -> None:
    assert read_files(command) == files


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/shop/src/../src/a.py", "src/a.py"),
        ("./src//a.py", "src/a.py"),
        ("/etc/hosts", "/etc/hosts"),
        ("/shopping/a.py", "/shopping/a.py"),
        ("", ""),
        ("x" * 500, "x" * 400),
    ],
)
def test_a_file_has_one_name(path: str, expected: str) -> None:
    assert normalise_path(path, "/shop") == expected
    assert normalise_path("C:\\shop\\src\\a.py", "C:\\shop") == "src/a.py"


def test_skipped_tests_did_not_run() -> None:
    assert pass_rate(9, 1) == 90.0
    assert pass_rate(0, 0) is None


def test_a_regression_falls_by_more_than_ten_points() -> None:
    assert [is_regression(points) for points in (None, -5.0, 10.0, 10.1)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pytest -q 2>&1 | tail -5", [("pytest -q", "|"), ("tail -5", "")]),
        ("pytest &> log & ls", [("pytest", "&"), ("ls", "")]),
        ("a >&2 && b |& c || d; e\nf", [("a", "&&"), ("b", "|&"), ("c", "||"), ("d", ";"), ("e", "\n"), ("f", "")]),
        ("echo 'a; b' && ls", [("echo a; b", "&&"), ("ls", "")]),
        ("echo a\\;b && ls", [("echo a;b", "&&"), ("ls", "")]),
        ("make )", [("make", "")]),
    ],
)
def test_a_command_is_parted_at_operators_and_at_nothing_else(command: str, expected: list[tuple[str, str]]) -> None:
    assert [(" ".join(part.words), part.joined_by) for part in simple_commands(command)] == expected
