"""What Playwright and Minitest print at the end, shortened, and what is read out of it."""

from __future__ import annotations

import pytest

from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun

RUNS: dict[str, tuple[str, SuiteRun]] = {
    "playwright": (
        (
            "Running 6 tests using 2 workers\n\n  1) [chromium] › pay.spec.ts:3:5 › pays ────────\n\n"
            "    Error: expect(received).toBe(expected)\n\n  1 failed\n    [chromium] › pay.spec.ts:3:5 › pays ──────\n"
            "  1 flaky\n    [firefox] › cart.spec.ts:9:1 › adds\n  1 skipped\n  3 passed (3.2s)\n"
        ),
        SuiteRun(
            framework="playwright",
            total=6,
            passed=4,
            failed=1,
            skipped=1,
            duration_ms=3200,
            failures=(FailedTest("[chromium] › pay.spec.ts:3:5 › pays", "Error: expect(received).toBe(expected)"),),
        ),
    ),
    "minitest": (
        (
            "Failure:\nPayTest#test_pays [test/pay_test.rb:9]:\nExpected 3, got 2\n\n"
            "Finished in 0.012345s, 243.0 runs/s, 405.0 assertions/s.\n"
            "3 runs, 5 assertions, 1 failures, 0 errors, 1 skips\n"
        ),
        SuiteRun("minitest", 3, 1, 1, 1, 12, (FailedTest("PayTest#test_pays", "Expected 3, got 2"),)),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_summary_is_one_run(name: str) -> None:
    output, run = RUNS[name]
    assert find_runs(output) == (run,)


@pytest.mark.parametrize(
    "output", ["  3 passed\n  1 failed\n", "I am using 3 passed (in 2s)\n", "3 tests, 5 assertions\n"]
)
def test_words_alone_are_no_run(output: str) -> None:
    assert find_runs(output) == ()
