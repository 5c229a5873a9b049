"""Test runs by their runners' own summary lines: what each runner prints, shortened, and what is read out of it."""

from __future__ import annotations

import pytest

from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.test_run import MAX_FAILURES, FailedTest, SuiteRun

RUNS: dict[str, tuple[str, SuiteRun]] = {
    "pytest": (
        (
            "E   AssertionError: 2 != 3\n"
            "=========================== short test summary info ============================\n"
            "FAILED test_a.py::T::test_pays[a b] - AssertionError: 2 != 3\n"
            "ERROR test_b.py - ImportError: no module\n"
            "======== 1 failed, 1 passed, 1 skipped, 1 xfailed, 2 warnings, 1 error in 62.92s (0:01:02) ========\n"
        ),
        SuiteRun(
            framework="pytest",
            total=5,
            passed=1,
            failed=2,
            skipped=2,
            duration_ms=62_920,
            failures=(
                FailedTest("test_a.py::T::test_pays[a b]", "AssertionError: 2 != 3"),
                FailedTest("test_b.py", "ImportError: no module"),
            ),
        ),
    ),
    "pytest, quiet and without a list of failures": (
        "____________________ T.test_pays ____________________\n\nE   assert 2 == 3\n1 failed, 3 passed in 0.02s\n",
        SuiteRun(
            framework="pytest",
            total=4,
            passed=3,
            failed=1,
            skipped=0,
            duration_ms=20,
            failures=(FailedTest("T.test_pays"),),
        ),
    ),
    "gradle, a single test": ("1 test completed, 1 failed\n", SuiteRun("gradle", 1, 0, 1, 0)),
    "pest, with a warning": ("  Tests:    1 warning, 2 passed (8 assertions)\n", SuiteRun("pest", 3, 3, 0, 0)),
    "bun, a selection": (
        " 1 pass\n 2 filtered out\n 0 fail\nRan 1 test across 1 file. [12.00ms]\n",
        SuiteRun("bun", 1, 1, 0, 0, 12),
    ),
    "pytest before version 5": ("=== 1 failed, 2 passed in 0.12 seconds ===\n", SuiteRun("pytest", 3, 2, 1, 0, 120)),
    "vitest, a file that could not be loaded": (
        (
            " FAIL  src/pay.test.ts [ src/pay.test.ts ]\nError: Failed to resolve import\n\n"
            " Test Files  1 failed | 1 passed (2)\n      Tests  5 passed (5)\n   Duration  340ms\n"
        ),
        SuiteRun("vitest", 6, 5, 1, 0, 340, (FailedTest("src/pay.test.ts", "Error: Failed to resolve import"),)),
    ),
    "vitest, failed files of which only the summary is shown": (
        " Test Files  2 failed (2)\n      Tests  no tests\n   Duration  340ms\n",
        SuiteRun("vitest", 2, 0, 2, 0, 340),
    ),
    "vitest, tests that are to do or expected to fail did not run for their outcome": (
        " Test Files  1 passed (1)\n      Tests  2 passed | 1 expected fail | 1 skipped | 3 todo (7)\n",
        SuiteRun("vitest", 7, 2, 0, 5),
    ),
    "vitest, an error outside of tests": (
        " Test Files  1 passed (1)\n      Tests  5 passed (5)\n     Errors  1 error\n   Duration  340ms\n",
        SuiteRun("vitest", 6, 5, 1, 0, 340),
    ),
    "maven, tests that passed at the second attempt": (
        "[WARNING] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Flakes: 1\n",
        SuiteRun("maven", 5, 4, 0, 1),
    ),
    "dotnet, on the testing platform": (
        (
            "failed Pays (12ms)\n  Expected: 3\n\n"
            "Test run summary: Failed! - bin/Shop.dll (net10.0|x64)\n  total: 4\n  failed: 1\n  succeeded: 2\n"
            "  skipped: 1\n  duration: 1s 345ms\n"
        ),
        SuiteRun("dotnet", 4, 2, 1, 1, 1345, (FailedTest("Pays", "Expected: 3"),)),
    ),
    "unittest": (
        (
            "======================================================================\n"
            "FAIL: test_pays (test_a.T.test_pays)\n"
            "----------------------------------------------------------------------\n"
            "Traceback (most recent call last):\n"
            '  File "test_a.py", line 4, in test_pays\n'
            "AssertionError: 2 != 3\n\n"
            "----------------------------------------------------------------------\n"
            "Ran 4 tests in 0.001s\n\nFAILED (failures=1, skipped=1, expected failures=1)\n"
        ),
        SuiteRun(
            framework="unittest",
            total=4,
            passed=1,
            failed=1,
            skipped=2,
            duration_ms=1,
            failures=(FailedTest("test_a.T.test_pays", "AssertionError: 2 != 3"),),
        ),
    ),
    "jest": (
        (
            "FAIL ./broken.test.js\n  ● Test suite failed to run\n\n    SyntaxError\n\n"
            "FAIL ./jest.test.js\n  ● Console\n\n    console.log\n\n"
            "  ● shop › pays\n\n    expect(received).toBe(expected) // Object.is equality\n\n"
            "Test Suites: 2 failed, 2 total\nTests:       1 failed, 1 skipped, 1 todo, 1 passed, 4 total\n"
            "Snapshots:   0 total\nTime:        1.202 s\n"
        ),
        SuiteRun(
            framework="jest",
            total=5,
            passed=1,
            failed=2,
            skipped=2,
            duration_ms=1202,
            failures=(
                FailedTest("./broken.test.js", "Test suite failed to run"),
                FailedTest("shop › pays", "expect(received).toBe(expected) // Object.is equality"),
            ),
        ),
    ),
    "vitest, in colours": (
        (
            " \x1b[31mFAIL\x1b[39m  v/a.test.mjs > shop > pays\nAssertionError: expected 2 to be 3\n\n"
            "\x1b[2m Test Files \x1b[22m \x1b[31m1 failed\x1b[39m (1)\n"
            "\x1b[2m      Tests \x1b[22m \x1b[31m1 failed\x1b[39m | 1 passed | 1 skipped (3)\n"
            "   Start at  21:38:40\n   Duration  413ms (transform 20ms, tests 8ms)\n"
        ),
        SuiteRun(
            framework="vitest",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=413,
            failures=(FailedTest("v/a.test.mjs > shop > pays", "AssertionError: expected 2 to be 3"),),
        ),
    ),
    "mocha": (
        (
            "  shop\n    ✔ adds\n    1) pays\n    - later\n\n\n  1 passing (27ms)\n  1 pending\n  1 failing\n\n"
            "  1) shop\n       pays:\n\n      AssertionError [ERR_ASSERTION]: 2 == 3\n"
        ),
        SuiteRun(
            framework="mocha",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=27,
            failures=(FailedTest("shop pays", "AssertionError [ERR_ASSERTION]: 2 == 3"),),
        ),
    ),
    "node": (
        (
            "not ok 2 - pays\n# tests 3\n# suites 0\n# pass 1\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n"
            "# duration_ms 317.960091\n"
        ),
        SuiteRun(
            framework="node", total=3, passed=1, failed=1, skipped=1, duration_ms=318, failures=(FailedTest("pays"),)
        ),
    ),
    "go, by package": (
        (
            "--- FAIL: TestPay (0.00s)\n    pay_test.go:9: got 2, want 3\nFAIL\nFAIL\tshop/pay\t0.004s\n"
            "ok  \tshop/cart\t0.010s\nok  \tshop/stock\t(cached)\n"
            "?   \tshop\t[no test files]\nFAIL\tshop/tax [build failed]\n"
        ),
        SuiteRun(
            framework="go",
            total=4,
            passed=2,
            failed=2,
            skipped=0,
            duration_ms=14,
            failures=(
                FailedTest("shop/tax", "build failed"),
                FailedTest("TestPay", "pay_test.go:9: got 2, want 3"),
            ),
            unit="package",
        ),
    ),
    "go, by test": (
        (
            "=== RUN   TestPay\n--- FAIL: TestPay (0.00s)\n"
            "    --- PASS: TestPay/cash (0.00s)\n    --- FAIL: TestPay/card (0.00s)\n"
            "        pay_test.go:9: refused\n--- SKIP: TestLater (0.00s)\nFAIL\nFAIL\tshop/pay\t0.004s\n"
        ),
        SuiteRun(
            framework="go",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=4,
            failures=(FailedTest("TestPay/card", "pay_test.go:9: refused"),),
        ),
    ),
    "go, subtests with slashes, and one name in two packages": (
        (
            "--- FAIL: TestPay (0.00s)\n    --- FAIL: TestPay/by/card (0.00s)\n        pay_test.go:9: refused\n"
            "    --- PASS: TestPay/cash (0.00s)\n--- PASS: TestNew (0.00s)\nFAIL\nFAIL\tshop/pay\t0.004s\n"
            "--- PASS: TestNew (0.00s)\nok  \tshop/tax\t0.006s\n"
        ),
        SuiteRun(
            framework="go",
            total=4,
            passed=3,
            failed=1,
            skipped=0,
            duration_ms=10,
            failures=(FailedTest("TestPay/by/card", "pay_test.go:9: refused"),),
        ),
    ),
    "go, a test that ran twice": (
        "--- FAIL: TestPay (0.00s)\n--- PASS: TestPay (0.00s)\n--- PASS: TestNew (0.00s)\nFAIL\tshop/pay\t0.004s\n",
        SuiteRun(
            framework="go",
            total=2,
            passed=1,
            failed=1,
            skipped=0,
            duration_ms=4,
            failures=(FailedTest("TestPay", ""),),
        ),
    ),
    "gotestsum, a test that failed with its subtest": (
        (
            "=== Failed\n=== FAIL: shop/pay TestPay/card (0.00s)\n    pay_test.go:9: refused\n\n"
            "=== FAIL: shop/pay TestPay (0.00s)\n\nDONE 5 tests, 2 failures in 0.300s\n"
        ),
        SuiteRun(
            framework="go",
            total=4,
            passed=3,
            failed=1,
            skipped=0,
            duration_ms=300,
            failures=(FailedTest("TestPay/card", "pay_test.go:9: refused"),),
        ),
    ),
    "gotestsum": ("DONE 5 tests, 1 skipped, 1 failure in 0.300s\n", SuiteRun("go", 5, 3, 1, 1, 300)),
    "cargo, two binaries": (
        (
            "test tests::pays ... FAILED\n\n---- tests::pays stdout ----\n\n"
            "thread 'tests::pays' (6506) panicked at src/lib.rs:4:25:\nassertion `left == right` failed\n\n"
            "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.21s\n"
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n"
        ),
        SuiteRun(
            framework="cargo",
            total=5,
            passed=3,
            failed=1,
            skipped=1,
            duration_ms=220,
            failures=(FailedTest("tests::pays", "assertion `left == right` failed"),),
        ),
    ),
    "nextest": (
        (
            "        FAIL [   0.005s] (2/3) shop tests::pays\n"
            "     Summary [   0.012s] 3 tests run: 2 passed, 1 failed, 4 skipped\n"
        ),
        SuiteRun(
            framework="nextest",
            total=7,
            passed=2,
            failed=1,
            skipped=4,
            duration_ms=12,
            failures=(FailedTest("shop tests::pays"),),
        ),
    ),
    "maven": (
        (
            "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0"
            ", Time elapsed: 0.05 s <<< FAILURE! -- in shop.PayTest\n"
            "[ERROR]   PayTest.pays:12 expected: <3> but was: <2>\n[INFO] \n"
            "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 1\n"
        ),
        SuiteRun(
            framework="maven",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=50,
            failures=(FailedTest("PayTest.pays", "expected: <3> but was: <2>"),),
        ),
    ),
    "gradle": (
        (
            "PayTest > pays FAILED\n    java.lang.AssertionError at PayTest.java:12\n"
            "\n3 tests completed, 1 failed, 1 skipped\n"
        ),
        SuiteRun(
            framework="gradle",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            failures=(FailedTest("PayTest > pays", "java.lang.AssertionError at PayTest.java:12"),),
        ),
    ),
    "junit": (
        (
            "Test run finished after 64 ms\n[         3 tests found           ]\n[         1 tests skipped         ]\n"
            "[         2 tests started         ]\n[         0 tests aborted         ]\n"
            "[         1 tests successful      ]\n[         1 tests failed          ]\n"
        ),
        SuiteRun("junit", 3, 1, 1, 1, 64),
    ),
    "rspec": (
        (
            "Finished in 1 minute 2.5 seconds (files took 0.1 seconds to load)\n3 examples, 1 failure, 1 pending\n\n"
            "Failed examples:\n\nrspec ./spec/pay_spec.rb:4 # Pay takes cards\n"
        ),
        SuiteRun(
            framework="rspec",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=62_500,
            failures=(FailedTest("./spec/pay_spec.rb:4 Pay takes cards"),),
        ),
    ),
    "phpunit": (
        (
            "Time: 00:01.023, Memory: 6.00 MB\n\nThere was 1 failure:\n\n1) PayTest::testPays\n"
            "Failed asserting that 2 is identical to 3.\n\nFAILURES!\n"
            "Tests: 3, Assertions: 2, Failures: 1, Skipped: 1.\n"
        ),
        SuiteRun(
            framework="phpunit",
            total=3,
            passed=1,
            failed=1,
            skipped=1,
            duration_ms=1023,
            failures=(FailedTest("PayTest::testPays", "Failed asserting that 2 is identical to 3."),),
        ),
    ),
    "phpunit, all well": ("OK (3 tests, 5 assertions)\n", SuiteRun("phpunit", 3, 3, 0, 0)),
    "pest": (
        (
            "   FAILED  Tests\\PayTest > it pays\n  Failed asserting that 2 is 3.\n\n"
            "  Tests:    1 failed, 2 passed (3 assertions)\n  Duration: 0.12s\n"
        ),
        SuiteRun(
            framework="pest",
            total=3,
            passed=2,
            failed=1,
            skipped=0,
            duration_ms=120,
            failures=(FailedTest("Tests\\PayTest > it pays", "Failed asserting that 2 is 3."),),
        ),
    ),
    "dotnet": (
        (
            "  Failed Shop.PayTest.Pays [12 ms]\n  Error Message:\n   Assert.Equal() Failure\n\n"
            "Failed!  - Failed:     1, Passed:     2, Skipped:     1, Total:     4, "
            "Duration: 15 ms - Shop.dll (net8.0)\n"
        ),
        SuiteRun(
            framework="dotnet",
            total=4,
            passed=2,
            failed=1,
            skipped=1,
            duration_ms=15,
            failures=(FailedTest("Shop.PayTest.Pays", "Assert.Equal() Failure"),),
        ),
    ),
    "ctest": (
        (
            "50% tests passed, 1 tests failed out of 2\n\nTotal Test time (real) =   0.01 sec\n\n"
            "The following tests FAILED:\n\t  2 - pays (Failed)\n"
        ),
        SuiteRun(
            framework="ctest",
            total=2,
            passed=1,
            failed=1,
            skipped=0,
            duration_ms=10,
            failures=(FailedTest("pays", "Failed"),),
        ),
    ),
    "bun": (
        (
            "(fail) shop > pays [0.12ms]\n\n 3 pass\n 1 skip\n 1 fail\n"
            " 4 expect() calls\nRan 5 tests across 1 file. [12.00ms]\n"
        ),
        SuiteRun(
            framework="bun",
            total=5,
            passed=3,
            failed=1,
            skipped=1,
            duration_ms=12,
            failures=(FailedTest("shop > pays"),),
        ),
    ),
    "bun, of two packages": (
        (
            "@shop/pay test:  3 pass\n@shop/pay test:  0 fail\n@shop/pay test: Ran 3 tests across 1 file. [1.00s]\n"
            "@shop/tax test:  4 pass\n@shop/tax test:  0 fail\n@shop/tax test: Ran 4 tests across 1 file. [2.00s]\n"
        ),
        SuiteRun("bun", 7, 7, 0, 0, 3000),
    ),
    "deno": (
        (
            "pays => ./a_test.ts:3:6\nerror: AssertionError: Values are not equal.\n\n"
            "FAILED | 2 passed (1 step) | 1 failed | 1 ignored (1s24ms)\n"
        ),
        SuiteRun(
            framework="deno",
            total=4,
            passed=2,
            failed=1,
            skipped=1,
            duration_ms=1024,
            failures=(FailedTest("pays", "AssertionError: Values are not equal."),),
        ),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_runner_is_understood(name: str) -> None:
    output, expected = RUNS[name]
    assert find_runs(output) == (expected,)
    assert find_runs(output.replace("\n", "\r\n")) == (expected,)


@pytest.mark.parametrize(
    "output",
    [
        "no tests ran in 0.01s\n",
        "3 deselected in 0.02s\n",
        "The suite says: 3 passed in 0.02s, as ever.\n",
        "12:03 INFO 3 passed in 0.02s\n",
        "Ran 0 tests in 0.000s\n\nOK\n",
        "Ran 3 tests in 0.001s\n",
        "Tests: write some, 3 total\n",
        "      Tests  no tests\n",
        "ok, 3 tests done\nFAIL\n",
        "--- PASS: TestPay (0.00s)\n",
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.00s\n",
        "0 examples, 0 failures\n",
        "for examples, see the page\n",
        "# tests 3\n# pass 3\n",
        "100% tests passed, they say\n",
        "| Tests run: 3, Failures: 1, Errors: 0, Skipped: 0 |\n",
        "ok | 3 passed | done\n",
        " 3 pass\n 0 fail\n",
        "",
    ],
)
def test_what_only_looks_like_a_summary_is_none(output: str) -> None:
    assert find_runs(output) == ()


def test_runs_of_one_runner_in_one_output_are_one_run() -> None:
    [run] = find_runs("2 passed in 0.10s\n1 failed, 1 passed in 0.20s\n")
    assert (run.total, run.passed, run.failed, run.duration_ms) == (4, 3, 1, 300)


def test_two_runners_in_one_output_are_two_runs() -> None:
    assert [run.framework for run in find_runs("2 passed in 0.10s\nok  \tshop\t0.1s\n")] == ["pytest", "go"]


def test_failures_are_kept_up_to_a_number() -> None:
    many = "".join(f"FAILED test_a.py::test_{number} - no\n" for number in range(80))
    [run] = find_runs(f"{many}80 failed in 1.00s\n")
    assert (run.failed, len(run.failures)) == (80, MAX_FAILURES)


def test_only_the_end_of_a_huge_output_is_looked_at() -> None:
    assert find_runs("3 passed in 0.10s\n" + "x" * 2_000_000) == ()
    assert len(find_runs("x" * 2_000_000 + "\n3 passed in 0.10s\n")) == 1
