"""What ``go test -json`` prints, shortened, and what is read out of it."""

from __future__ import annotations

from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun

EVENTS = (
    '{"Time":"2026-11-20T10:00:00Z","Action":"start","Package":"shop/pay"}\n'
    '{"Action":"run","Package":"shop/pay","Test":"TestPay"}\n'
    '{"Action":"output","Package":"shop/pay","Test":"TestPay/card","Output":"=== RUN   TestPay/card\\n"}\n'
    '{"Action":"output","Package":"shop/pay","Test":"TestPay/card","Output":"    pay_test.go:9: refused\\n"}\n'
    '{"Action":"output","Package":"shop/pay","Test":"TestPay/card","Output":"--- FAIL: TestPay/card\\n"}\n'
    '{"Action":"fail","Package":"shop/pay","Test":"TestPay/card","Elapsed":0}\n'
    '{"Action":"pass","Package":"shop/pay","Test":"TestPay/cash","Elapsed":0}\n'
    '{"Action":"fail","Package":"shop/pay","Test":"TestPay","Elapsed":0}\n'
    '{"Action":"skip","Package":"shop/pay","Test":"TestLater","Elapsed":0}\n'
    '{"Action":"fail","Package":"shop/pay","Elapsed":0.012}\n'
    '{"ImportPath":"shop/cart","Action":"build-fail"}\n'
    '{"Action":"output","Package":"shop/cart","Output":"FAIL\\tshop/cart [build failed]\\n"}\n'
    '{"Action":"fail","Package":"shop/cart","Elapsed":0,"FailedBuild":"shop/cart"}\n'
    '{"Action":"pass","Package":"shop/list","Test":"TestPay","Elapsed":0}\n'
    '{"Action":"pass","Package":"shop/list","Elapsed":0.2}\n'
    '{"Action":"pass","Package":"shop/li'
)
"""A subtest that failed, one that passed, a skipped test, a package that was not built, and a line that is cut off."""


def test_events_of_go_count_each_test_without_subtests_and_each_broken_build() -> None:
    assert find_runs(EVENTS) == (
        SuiteRun(
            framework="go",
            total=5,
            passed=2,
            failed=2,
            skipped=1,
            duration_ms=212,
            failures=(FailedTest("shop/cart", "build failed"), FailedTest("TestPay/card", "pay_test.go:9: refused")),
        ),
    )


def test_package_that_ends_its_tests_by_itself_has_failed() -> None:
    events = (
        '{"Action":"pass","Package":"shop/pay","Test":"TestPay","Elapsed":0}\n'
        '{"Action":"output","Package":"shop/pay","Output":"exit status 1\\n"}\n'
        '{"Action":"fail","Package":"shop/pay","Elapsed":0.5}\n'
    )
    lines = "--- PASS: TestPay (0.00s)\nPASS\nexit status 1\nFAIL\tshop/pay\t0.500s\nFAIL\n"
    failure = FailedTest("shop/pay", "the package failed, none of its tests did")
    run = SuiteRun(framework="go", total=2, passed=1, failed=1, skipped=0, duration_ms=500, failures=(failure,))
    assert find_runs(events) == find_runs(lines) == (run,)


def test_events_of_packages_without_tests_are_no_run() -> None:
    assert find_runs('{"Action":"start","Package":"shop"}\n{"Action":"skip","Package":"shop","Elapsed":0}\n') == ()
