"""Tests that an interpreter runs by code or script, tests that run again and again, and what Julia's and R's print."""

from __future__ import annotations

import pytest

from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.commands import changes_beside, is_repeated, passed_by_exit, runs_tests
from ppp_tui.tool_output.suites import suite_of
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun


@pytest.mark.parametrize(
    ("command", "name", "selection", "framework"),
    [
        (
            """python -c "import pytest; pytest.main(['-q', 'tests', '-k', 'pay'])\"""",
            "pytest tests",
            "-k pay",
            "pytest",
        ),
        ("uv run python3 -c 'import pytest, sys; sys.exit(pytest.main())'", "pytest", "", "pytest"),
        ("python -X dev -c 'import pytest as p; import pytest; pytest.main(args=[\"-x\"])'", "pytest", "", "pytest"),
        ("python -c 'import unittest; unittest.main(\"tests\")'", "unittest", "", "unittest"),
        ("julia --project -e 'using Pkg; Pkg.test()'", "Pkg.test", "", "julia"),
        ("julia -e 'using Pkg; pkg\"test Shop\"'", "Pkg.test Shop", "", "julia"),
        ('julia -e \'using Pkg; Pkg.test("Shop"; test_args=["pay"])\'', "Pkg.test Shop", "--test-args=pay", "julia"),
        ("julia --project=. -t 4 test/runtests.jl", "Pkg.test", "", "julia"),
        ("julia lib/Till/test/runtests.jl pay", "Pkg.test lib/Till", "--test-args=pay", "julia"),
        ("julia -e 'include(\"test/runtests.jl\")'", "Pkg.test", "", "julia"),
        ("Rscript -e 'testthat::test_dir(\"tests/testthat\")'", "testthat", "", "testthat"),
        ("Rscript --vanilla -e 'devtools::test(filter = \"pay\")'", "testthat", "--filter=pay", "testthat"),
        (
            "R -q -e 'library(testthat); test_file(\"tests/testthat/test-pay.R\")'",
            "testthat tests/testthat/test-pay.R",
            "",
            "testthat",
        ),
        ("Rscript tests/testthat.R", "testthat", "", "testthat"),
        ("Rscript -e 'tinytest::test_all(\".\")'", "tinytest", "", "tinytest"),
    ],
)
def test_code_that_runs_tests_is_the_suite_that_a_command_line_would_be(
    command: str, name: str, selection: str, framework: str
) -> None:
    suite = suite_of(command)
    assert runs_tests(command)
    assert (suite.name, suite.selection.strip("'"), suite.framework) == (name, selection, framework)
    assert passed_by_exit(command, 1, "failed") is False


@pytest.mark.parametrize(
    "command",
    [
        'python -c "print(1)"',
        "python -c 'import pytest; print(pytest.__version__)'",
        "julia build.jl test",
        "julia -e 'println(\"Pkg.test\")'",
        "Rscript -e 'summary(test(1))'",
        "Rscript analyse.R tests",
        "git bisect start",
        "git bisect run ./build.sh",
        "nodemon app.js",
        "watchexec -- make build",
    ],
)
def test_other_code_is_no_test_run(command: str) -> None:
    assert not runs_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "git bisect run pytest -q tests",
        "git -C shop bisect run sh -c 'make build && pytest tests'",
        "watchexec -e py -- pytest tests",
        "watchexec -c 'pytest tests'",
        "ls *.py | entr -c pytest tests",
        "ls *.py | entr -s 'pytest tests'",
        "reflex -r '[.]py$' -- pytest tests",
        "nodemon --exec 'pytest tests'",
        "chokidar '*.py' -c 'pytest tests'",
        "watch -n 5 pytest tests",
    ],
)
def test_tests_that_run_again_and_again_are_a_run_without_an_end_of_their_own(command: str) -> None:
    assert runs_tests(command)
    assert suite_of(command).name == "pytest tests"
    assert is_repeated(command)
    assert changes_beside(command)
    assert passed_by_exit(command, 0, "ok") is None


def test_tests_that_run_once_end_with_their_exit_code() -> None:
    assert not is_repeated("git bisect good && pytest tests")
    assert passed_by_exit("pytest tests", 0, "ok") is True


RUNS = {
    "julia, one table for each outermost set": (
        (
            "Till: Test Failed at /shop/test/runtests.jl:7\n  Expression: pay(2) == 3\n   Evaluated: 2 == 3\n\n"
            "Test Summary: | Pass  Fail  Error  Broken  Total     Time\n"
            "Shop          |    8     1              2     11  1m02.5s\n"
            "  Till        |    1     1                     2     0.1s\n"
            "  Stock       |    7                    2      9     0.3s\n"
            "ERROR: LoadError: Some tests did not pass: 8 passed, 1 failed, 0 errored, 2 broken.\n"
        ),
        SuiteRun("julia", 11, 8, 1, 2, 62_500, (FailedTest("Till", "pay(2) == 3"),)),
    ),
    "julia, names wider than the title, without times": (
        (
            "Test Summary:            | Pass  Total\ntrigonometric identities |    4      4\n"
            "Test Summary: | Error  Total\nmore          |     2      2\n"
        ),
        SuiteRun("julia", 6, 4, 2, 0),
    ),
    "testthat, its last line": (
        (
            "[ FAIL 0 | WARN 0 | SKIP 0 | PASS 3 ]\n\n══ Results ══════════════\nDuration: 1.2 s\n\n"
            "── Failure (test-till.R:3:3): pays ─────────\n`pay(2)` not equal to 3.\n1/1 mismatches\n\n"
            "── Error ('test-till.R:9'): counts (twice) ──\nError in `count()`: no till\n\n"
            "[ FAIL 2 | WARN 0 | SKIP 1 | PASS 4 ]\n"
        ),
        SuiteRun(
            framework="testthat",
            total=7,
            passed=4,
            failed=2,
            skipped=1,
            duration_ms=1200,
            failures=(
                FailedTest("test-till.R: pays", "`pay(2)` not equal to 3."),
                FailedTest("test-till.R: counts (twice)", "Error in `count()`: no till"),
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_summary_is_read(name: str) -> None:
    output, run = RUNS[name]
    assert find_runs(output) == (run,)


@pytest.mark.parametrize(
    "output",
    [
        "the Test Summary: | Pass is a table\n",
        "Test Summary: | Pass  Total\nno table here\n",
        "a [ FAIL 1 | WARN 0 | SKIP 0 | PASS 3 ]\n",
        "[ FAIL 0 | WARN 0 | SKIP 0 | PASS 0 ]\n",
    ],
)
def test_what_only_looks_like_a_summary_is_none(output: str) -> None:
    assert find_runs(output) == ()
