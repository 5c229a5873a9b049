"""Commits and pull requests: literal events in, rows out."""

from __future__ import annotations

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.event import Event
from ppp_tui.model.event_values import StepStatus
from ppp_tui.model.rows import TrajectoryDelta
from tests.fold.test_fold_calls import T0, R, shell
from tests.fold.test_fold_events import FlatPricing

URL = "https://github.com/acme/shop/pull/12"
CREATE = "gh pr create --title Login --body ready"


def fold(*events: Event) -> TrajectoryDelta:
    begin = e.TurnStarted(T0, R, "k1", "Ship it")
    [rows] = FileFold(b"", FoldOptions(FlatPricing())).fold([begin, *events])
    return rows


def tool(name: str, output: str, status: StepStatus = "ok") -> list[Event]:
    return [
        e.ToolCallStarted(at=T0, ref=R, key="m1", kind="mcp", tool=name, target=""),
        e.ToolCallFinished(at=T0 + 1, ref=R, key="m1", status=status, output=output),
    ]


def test_commit_keeps_the_hash_that_git_printed() -> None:
    output = "[main (root-commit) 9e30df4] Add login\n 2 files changed, 10 insertions(+)\n"
    [feature] = fold(*shell("a", "git add . && git commit -m 'Add login'", output)).commits
    assert feature == (1, 1, "2026-11-20 10:00:01.500", "9e30df4")


def test_quiet_commit_counts_without_a_hash() -> None:
    assert [row.commit_hash for row in fold(*shell("a", "git commit -qm x")).commits] == [""]


def test_opened_pull_request_has_the_url_that_was_printed() -> None:
    rows = fold(*shell("a", CREATE, f"Creating pull request for login into main\n\n{URL}\n"))
    assert rows.pull_requests == [(1, 1, "created", URL, "", "2026-11-20 10:00:01.500")]


def test_pull_request_that_was_not_opened_does_not_count() -> None:
    assert fold(*shell("a", CREATE, "a pull request already exists: " + URL, "failed")).pull_requests == []
    assert fold(*shell("b", "gh pr create --web", "Opening github.com")).pull_requests == []
    assert fold(*shell("c", "gh pr view 12", URL)).pull_requests == []


def test_merge_names_its_pull_request() -> None:
    rows = fold(*shell("a", "gh pr merge 12 --squash -R acme/shop"), *shell("b", f"gh pr merge --auto {URL}"))
    assert [row[2:5] for row in rows.pull_requests] == [("merged", "", "acme/shop#12"), ("merged", URL, "")]


def test_tool_of_a_code_host_opens_a_pull_request() -> None:
    rows = fold(*tool("mcp__github__create_pull_request", f'{{"html_url": "{URL}"}}'))
    assert [row[2:4] for row in rows.pull_requests] == [("created", URL)]
    assert fold(*tool("mcp__github__get_pull_request", f'{{"html_url": "{URL}"}}')).pull_requests == []


def test_link_repeated_by_the_agent_is_kept_once() -> None:
    links = [e.PullRequestLinked(T0, URL), e.PullRequestLinked(T0 + 5000, URL)]
    assert [row[2:4] for row in fold(*links).pull_requests] == [("linked", URL)]
    opened = [*shell("a", CREATE, URL), *links]
    assert [row.action for row in fold(*opened).pull_requests] == ["created"]
