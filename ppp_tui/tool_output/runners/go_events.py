"""go test -json: a JSON line for each event, of a test, a package or a build."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from ppp_tui.model.patterns import lazy_pattern

MARK = '"Action":"'
"""In every event."""

PACKAGE_FAILED = "the package failed, none of its tests did"
"""The reason where a program ends its tests by itself, or was ended."""

_LINE = lazy_pattern(rf"^\{{.*{MARK}.*\}}$", re.MULTILINE)
_ENDS = frozenset({"pass", "fail", "skip"})


class EndedTest(NamedTuple):
    """How a test ended."""

    package: str
    name: str
    outcome: str
    """``PASS``, ``FAIL`` or ``SKIP``."""
    reason: str
    """The first line that a failed test printed, '' if it printed none."""

    def is_failed_in(self, package: str) -> bool:
        """Return whether the test failed, and is of that package."""
        return self.outcome == "FAIL" and self.package == package


class GoRun(NamedTuple):
    """The tests and packages in the events of a run."""

    tests: list[EndedTest]
    broken: dict[str, str]
    """Packages that failed without a test that failed, with the reason."""
    seconds: list[float]
    """Of each package that ended."""


class _Event(msgspec.Struct, rename={"action": "Action", "package": "Package", "test": "Test"}):
    action: str = ""
    package: str = ""
    test: str = ""
    output: str = msgspec.field(default="", name="Output")
    elapsed: float | None = msgspec.field(default=None, name="Elapsed")
    failed_build: str = msgspec.field(default="", name="FailedBuild")


_DECODER = msgspec.json.Decoder(_Event)


def read_events(output: str) -> GoRun | None:
    """Return the run in the events of an output, None if there are none."""
    events = GoRun([], {}, [])
    reasons: dict[tuple[str, str], str] = {}
    is_any = False
    for line in _LINE.finditer(output):
        try:
            event = _DECODER.decode(line[0])
        except (msgspec.MsgspecError, ValueError):
            continue
        is_any = True
        key = (event.package, event.test)
        if event.action == "output":
            _keep_reason(reasons, key, event.output)
            if not event.test and event.output.endswith((" [build failed]\n", " [setup failed]\n")):
                events.broken[event.package] = event.output.rstrip().rpartition("[")[2].rstrip("]")
        elif event.action in _ENDS and event.test:
            reason = reasons.get(key, "") if event.action == "fail" else ""
            events.tests.append(EndedTest(*key, event.action.upper(), reason))
        elif event.action in _ENDS:
            events.seconds.append(event.elapsed or 0)
            if event.action == "fail" and not any(test.is_failed_in(event.package) for test in events.tests):
                events.broken.setdefault(event.package, "build failed" if event.failed_build else PACKAGE_FAILED)
    return events if is_any else None


def _keep_reason(reasons: dict[tuple[str, str], str], key: tuple[str, str], printed: str) -> None:
    """Keep the first line that a test printed itself; lines of Go about it do not count."""
    text = printed.strip()
    if text and key[1] and key not in reasons and not text.startswith(("=== ", "--- ")):
        reasons[key] = text
