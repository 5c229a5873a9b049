"""What Swift's, Elixir's and TAP's runners print at the end, shortened, and what is read out of it."""

from __future__ import annotations

import pytest

from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.suites import suite_of
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun

RUNS: dict[str, tuple[str, SuiteRun]] = {
    "ctest, skipped and disabled tests count as passed in its percentage": (
        (
            "67% tests passed, 1 tests failed out of 3\n\nTotal Test time (real) =   0.05 sec\n\n"
            "The following tests did not run:\n\t  2 - pays_later (Skipped)\n\n"
            "The following tests FAILED:\n\t  3 - pays (Failed)\n"
        ),
        SuiteRun("ctest", 3, 1, 1, 1, 50, (FailedTest("pays", "Failed"),)),
    ),
    "junit 4": (
        (
            "JUnit version 4.13.2\n..E.\nTime: 0.064\nThere was 1 failure:\n1) pays(PayTest)\n"
            "java.lang.AssertionError\n\nFAILURES!!!\nTests run: 3,  Failures: 1\n"
        ),
        SuiteRun("junit", 3, 2, 1, 0, 64),
    ),
    "junit 4, all passed": (
        "JUnit version 4.13.2\n...\nTime: 1.5\n\nOK (3 tests)\n",
        SuiteRun("junit", 3, 3, 0, 0, 1500),
    ),
    "XCTest": (
        (
            "Test Suite 'All tests' started at 2024-01-03 15:08:20.100\n"
            "Test Suite 'TillTests' started at 2024-01-03 15:08:20.101\n"
            "Test Case '-[ShopTests.TillTests testAdds]' started.\n"
            "Test Case '-[ShopTests.TillTests testAdds]' passed (0.002 seconds).\n"
            "Test Case '-[ShopTests.TillTests testPays]' started.\n"
            "/shop/Tests/TillTests.swift:12: error: -[ShopTests.TillTests testPays] : XCTAssertEqual failed: "
            '("3") is not equal to ("2")\n'
            '/shop/Tests/TillTests.swift:13: error: -[ShopTests.TillTests testPays] : XCTAssertNil failed: "4"\n'
            "Test Case '-[ShopTests.TillTests testPays]' failed (0.050 seconds).\n"
            "Test Case '-[ShopTests.TillTests testLater]' skipped (0.001 seconds).\n"
            "Test Suite 'TillTests' failed at 2024-01-03 15:08:20.200\n"
            "\t Executed 3 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.053 (0.054) seconds\n"
            "Test Suite 'All tests' failed at 2024-01-03 15:08:20.201\n"
            "\t Executed 3 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.053 (0.055) seconds\n"
        ),
        SuiteRun(
            framework="swift",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=53,
            failures=(
                FailedTest("ShopTests.TillTests testPays", 'XCTAssertEqual failed: ("3") is not equal to ("2")'),
            ),
        ),
    ),
    "XCTest on Linux, its last lines": (
        (
            "/shop/TillTests.swift:12: error: TillTests.testPays : XCTAssertTrue failed - \n"
            "Test Case 'TillTests.testPays' failed (0.001 seconds)\n"
            "Test Suite 'TillTests' failed at 2024-01-04 18:36:42.023\n"
            "\t Executed 5 tests, with 1 failure (0 unexpected) in 0.1 (0.1) seconds\n"
            "Test Suite 'debug.xctest' failed at 2024-01-04 18:36:42.024\n"
            "\t Executed 8 tests, with 1 failure (0 unexpected) in 0.2 (0.2) seconds\n"
        ),
        SuiteRun("swift", 8, 7, 1, 0, 200, (FailedTest("TillTests.testPays", "XCTAssertTrue failed"),)),
    ),
    "XCTest, each selection by itself": (
        (
            "Test Suite 'Selected tests' passed at 2018-10-09 13:50:42.915.\n"
            "\t Executed 1 test, with 0 failures (0 unexpected) in 0.077 (0.077) seconds\n"
            "Test Suite 'Selected tests' passed at 2018-10-09 13:50:43.040.\n"
            "\t Executed 2 tests, with 0 failures (0 unexpected) in 0.075 (0.075) seconds\n"
        ),
        SuiteRun("swift", 3, 3, 0, 0, 152),
    ),
    "Swift Testing": (
        (
            "Test Suite 'All tests' passed at 2026-01-02 10:00:00.000.\n"
            "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds\n"
            "◇ Test run started.\n"
            '◇ Suite "Till" started.\n'
            "✔ Test adds() passed after 0.001 seconds.\n"
            '➜ Test "is slow" skipped: "needs a network"\n'
            '✘ Test "pays twice" recorded an issue at TillTests.swift:9:5: Expectation failed: (total → 3) == 2\n'
            '✘ Test "pays twice" recorded an issue at TillTests.swift:10:5: Expectation failed: (rest → 1) == 0\n'
            '✘ Test "pays twice" failed after 0.002 seconds with 2 issues.\n'
            "✘ Test rounds(to:) recorded an issue with 1 argument to → 2 at TillTests.swift:20:5: Caught error: Bad\n"
            "✘ Test case passing 1 argument to → 2 to rounds(to:) failed after 0.001 seconds with 1 issue.\n"
            "✘ Test rounds(to:) with 3 test cases failed after 0.001 seconds with 1 issue.\n"
            '✘ Suite "Till" failed after 0.003 seconds with 3 issues.\n'
            "✘ Test run with 4 tests in 1 suite failed after 0.004 seconds with 3 issues.\n"
        ),
        SuiteRun(
            framework="swift",
            total=4,
            passed=1,
            failed=2,
            skipped=1,
            duration_ms=4,
            failures=(
                FailedTest("pays twice", "Expectation failed: (total → 3) == 2"),
                FailedTest("rounds(to:)", "Caught error: Bad"),
            ),
        ),
    ),
    "Swift Testing, all is well": (
        "✔ Test run with 456 tests in 62 suites passed after 3.389 seconds.\n",
        SuiteRun("swift", 456, 456, 0, 0, 3389),
    ),
    "Swift Testing, known issues": (
        "✔ Test run with 3 tests passed after 0.5 seconds with 1 known issue.\n",
        SuiteRun("swift", 3, 3, 0, 0, 500),
    ),
    "Swift Testing, only its last line": (
        "✘ Test run with 9 tests failed after 1.0 seconds with 7 issues.\n",
        SuiteRun("swift", 9, 8, 1, 0, 1000),
    ),
    "ExUnit": (
        (
            "Running ExUnit with seed: 646219, max_cases: 16\n...\n\n"
            "  1) test greets the world (FooTest)\n     test/foo_test.exs:5\n     Assertion with == failed\n"
            "     code:  assert Foo.hello() == :world!\n     left:  :world\n     right: :world!\n\n........\n\n"
            "Finished in 0.05 seconds (0.00s async, 0.05s sync)\n1 doctest, 11 tests, 1 failure, 1 skipped\n"
        ),
        SuiteRun(
            framework="exunit",
            total=12,
            passed=10,
            failed=1,
            skipped=1,
            duration_ms=50,
            failures=(FailedTest("test greets the world (FooTest)", "Assertion with == failed"),),
        ),
    ),
    "ExUnit to 1.18, excluded tests are counted among all": (
        "Finished in 1.2 seconds (0.4s on load, 0.8s on tests)\n27 tests, 0 failures, 14 excluded\n",
        SuiteRun("exunit", 13, 13, 0, 0, 1200),
    ),
    "ExUnit since 1.19, they are not": (
        "Finished in 1.2 seconds (0.4s async, 0.8s sync)\n2 properties, 11 tests, 3 failures (14 excluded)\n",
        SuiteRun("exunit", 13, 10, 3, 0, 1200),
    ),
    "ExUnit, a module that could not be set up, in an umbrella": (
        (
            "==> till\n  1) TillTest: failure on setup_all callback, all tests have been invalidated\n"
            "     ** (RuntimeError) no database\n\nFinished in 0.1 seconds (0.1s async, 0.0s sync)\n"
            "2 tests, 0 failures, 2 invalid\n"
            "==> cart\nFinished in 0.2 seconds (0.1s async, 0.1s sync)\n3 tests, 0 failures\n"
        ),
        SuiteRun("exunit", 5, 3, 2, 0, 300, (FailedTest("TillTest", "** (RuntimeError) no database"),)),
    ),
    "prove": (
        (
            "t/a.t .. \nDubious, test returned 1 (wstat 256, 0x100)\nFailed 1/3 subtests \nt/b.t .. ok\n"
            "t/c.t .. \nDubious, test returned 2 (wstat 512, 0x200)\nNo subtests run \nt/d.t .. skipped: no db\n\n"
            "Test Summary Report\n-------------------\n"
            "t/a.t (Wstat: 256 (exited 1) Tests: 3 Failed: 1)\n  Failed test:  2\n  Non-zero exit status: 1\n"
            "t/c.t (Wstat: 512 (exited 2) Tests: 0 Failed: 0)\n  Non-zero exit status: 2\n"
            "  Parse errors: No plan found in TAP output\n"
            "t/f.t (Wstat: 0 Tests: 2 Failed: 0)\n  todo passed:   2\n"
            "Files=5, Tests=8,  1 wallclock secs ( 0.02 usr  0.01 sys +  0.12 cusr  0.04 csys =  0.19 CPU)\n"
            "Result: FAIL\n"
        ),
        SuiteRun(
            framework="tap",
            total=9,
            passed=7,
            failed=2,
            skipped=0,
            duration_ms=1000,
            failures=(
                FailedTest("t/a.t", "Failed test:  2"),
                FailedTest("t/c.t", "Parse errors: No plan found in TAP output"),
            ),
        ),
    ),
    "prove with the lines of its tests": (
        (
            "t/b.t .. \n1..2\nok 1 - adds\nok 2 - pays\nok\nAll tests successful.\n"
            "Files=1, Tests=2,  0 wallclock secs ( 0.01 usr  0.00 sys +  0.02 cusr  0.02 csys =  0.05 CPU)\n"
            "Result: PASS\n"
        ),
        SuiteRun("tap", 2, 2, 0, 0, 0),
    ),
    "prove, its last lines": (
        "Files=2, Tests=5,  3 wallclock secs ( 0.02 usr +  0.01 sys =  0.03 CPU)\nResult: FAIL\n",
        SuiteRun("tap", 5, 4, 1, 0, 3000),
    ),
    "lines of tests": (
        (
            "1..4\nok 1 - adds\nnot ok 2 - pays\n#   Failed test 'pays'\n#   at t/a.t line 2.\nok 3 # skip no net\n"
            "not ok 4 - rounds # todo later\n# Looks like you failed 1 test of 4.\n"
        ),
        SuiteRun("tap", 4, 1, 1, 2, None, (FailedTest("pays", "Failed test 'pays'"),)),
    ),
    "lines of tests that died on the way": (
        "1..3\nok 1 - adds\n# Looks like you planned 3 tests but ran 1.\n",
        SuiteRun("tap", 3, 1, 2, 0),
    ),
    "Bats": (
        (
            "1..3\nok 1 adds\nnot ok 2 subtracts\n# (in test file test/calc.bats, line 8)\n#   `[ 1 -eq 2 ]' failed\n"
            "ok 3 later # skip not yet\n"
        ),
        SuiteRun("tap", 3, 1, 1, 1, None, (FailedTest("subtracts", "(in test file test/calc.bats, line 8)"),)),
    ),
    "Bats in a terminal": (
        (
            " ✓ adds\n ✗ subtracts [12]\n   (in test file calc.bats, line 8)\n     `[ 1 -eq 2 ]' failed\n"
            " - later (skipped: not yet)\n\n3 tests, 1 failure, 1 skipped in 2 seconds\n"
        ),
        SuiteRun("tap", 3, 1, 1, 1, 2000, (FailedTest("subtracts", "(in test file calc.bats, line 8)"),)),
    ),
    "Bats, a file that is none": (
        "1..1\nnot ok 1 bats-gather-tests\n# b.bats: line 3: syntax error: unexpected end of file\n",
        SuiteRun(
            framework="tap",
            total=1,
            passed=0,
            failed=1,
            skipped=0,
            failures=(FailedTest("bats-gather-tests", "b.bats: line 3: syntax error: unexpected end of file"),),
        ),
    ),
    "tape": (
        (
            "TAP version 13\n# one\nok 1 should be strictly equal\n# two\nnot ok 2 same\n  ---\n    operator: equal\n"
            "  ...\n\n1..2\n# tests 2\n# pass  1\n# fail  1\n"
        ),
        SuiteRun("tap", 2, 1, 1, 0, None, (FailedTest("same"),)),
    ),
    "node-tap's lines": (
        (
            "TAP version 14\n1..1\n# Subtest: till.js\n    # Subtest: adds\n        ok 1 - should be equal\n"
            "        1..1\n    ok 1 - adds # time=15.856ms\n    # Subtest: pays\n        not ok 1 - same\n"
            "          ---\n          ...\n"
            "        1..1\n    not ok 2 - pays # time=78.003ms\n    ok 3 - later # SKIP no\n    1..3\n"
            "not ok 1 - till.js # time=190.931ms\n\n# { total: 3, pass: 1, fail: 1, skip: 1 }\n# time=4255.576ms\n"
        ),
        SuiteRun("tap", 3, 1, 1, 1, 4256, (FailedTest("till.js > pays > same"),)),
    ),
    "node-tap in a terminal": (
        (
            " FAIL  till.js 1 failed 1 skip of 3 160ms\n~ later no\n\n✖ pays > same\n  t.equal(1, 2)\n\n"
            "Asserts:  1 pass  1 fail  1 skip  2 of 3 complete\nSuites:   0 pass  1 fail  0 skip  1 of 1 complete\n\n"
            "# { total: 3, pass: 1, fail: 1, skip: 1 }\n# time=2589.468ms\n"
        ),
        SuiteRun("tap", 3, 1, 1, 1, 2589, (FailedTest("pays > same"),)),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_summary_is_one_run(name: str) -> None:
    output, run = RUNS[name]
    assert find_runs(output) == (run,)


@pytest.mark.parametrize(
    "output",
    [
        # nothing was built, or nothing ran
        "error: cannot find 'till' in scope\nerror: fatalError\n",
        "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds\n",
        "== Compilation error in file test/till_test.exs ==\n** (SyntaxError) till_test.exs:3\n",
        "Finished in 0.1 seconds (0.0s async, 0.1s sync)\n0 tests, 0 failures\n",
        "Finished in 0.1 seconds (0.0s async, 0.1s sync)\n2 tests, 0 failures, 2 excluded\n",
        "t/d.t .. skipped: no db\nFiles=1, Tests=0,  0 wallclock secs ( 0.0 usr =  0.0 CPU)\nResult: NOTESTS\n",
        "1..0 # SKIP no db\n",
        # words alone
        "Executed 3 tests, with 1 failure\n",
        "I ran it: 3 tests, 1 failure\n",
        "3 tests, 1 failure\n",
        "ok 1 - adds\nok 2 - pays\n",
        "1..2\nok then\nnot ok at all\n",
        "# tests 2\n# pass 2\n",
        # its beginning, or its end, was cut off
        "1..9\nok 1 - adds\nok 2 - pays\n",
        "ok 8 - adds\nok 9 - pays\n1..9\n",
    ],
)
def test_what_is_no_whole_run_is_none(output: str) -> None:
    assert find_runs(output) == ()


def test_lines_of_nodes_own_runner_are_one_run() -> None:
    output = (
        "TAP version 13\nok 1 - adds\nnot ok 2 - pays\n1..2\n# tests 2\n# suites 0\n# pass 1\n# fail 1\n# cancelled 0\n"
        "# skipped 0\n# todo 0\n# duration_ms 266.1\n"
    )
    assert [run.framework for run in find_runs(output)] == ["node"]


@pytest.mark.parametrize(
    ("command", "suite"),
    [
        ("swift test --filter Till", ("swift test", "--filter Till", (), "swift")),
        ("mix test test/till_test.exs:12", ("mix test test/till_test.exs", ":12", (), "exunit")),
        ("mix test --stale", ("mix test", "--stale", (), "exunit")),
        ("prove -v t/a.t", ("prove t/a.t", "", (), "tap")),
        ("npx bats -f adds test", ("bats test", "-f adds", (), "tap")),
    ],
)
def test_runs_of_a_suite_are_counted_under_the_name_of_its_runner(
    command: str, suite: tuple[str, str, tuple[str, ...], str]
) -> None:
    assert tuple(suite_of(command, "/shop")) == suite
