"""Reducers of what was delivered: commits, and pull requests that were opened, merged or named."""

from __future__ import annotations

from ppp_tui.fold.state import StepDraft, drop_oldest
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.clock import UNTIMED
from ppp_tui.model.event import PullRequestLinked, ToolCallFinished, ToolCallStarted
from ppp_tui.model.rows import CommitRow, PullRequestRow
from ppp_tui.tool_output.commands import is_commit
from ppp_tui.tool_output.git_output import MAX_URL_CHARS, made_commit, pull_request_call, pull_request_url

MAX_OPEN = 16
"""Commits, and pull requests, that may be under way at once; an older one is not counted."""


def open_delivery(fold: TrajectoryFold, event: ToolCallStarted) -> None:
    """Remember a call that makes a commit, or opens or merges a pull request, if it ends well."""
    state, key = fold.state, event.key
    if not key:
        return
    if event.kind == "shell":
        command = event.command or event.target
        if is_commit(event.target) and key not in state.commits:
            state.commits = [*state.commits[-(MAX_OPEN - 1) :], key]
    elif event.kind == "mcp":
        command = ""
    else:
        return
    call = pull_request_call(event.tool, command)
    if call is not None:
        state.pull_request_calls[key] = (call.action, call.reference)
        drop_oldest(state.pull_request_calls, MAX_OPEN)


def close_delivery(fold: TrajectoryFold, event: ToolCallFinished, step: StepDraft) -> None:
    """Keep what a call delivered, now that it ended."""
    state, output = fold.state, event.output or event.output_preview
    is_ok = event.status == "ok"
    if event.key in state.commits:
        state.commits.remove(event.key)
        if is_ok:
            ended_at = fold.time_text(event.at) or step.started_at or UNTIMED
            fold.commits.append(CommitRow(step.turn_number, step.step_number, ended_at, made_commit(output)))
    call = state.pull_request_calls.pop(event.key, None)
    if call is None or not is_ok:
        return
    action, reference = call
    url = pull_request_url(output)
    if action == "created" and not url:
        return
    if "://" in reference:
        url, reference = reference, ""
    _add(fold, event.at, step.turn_number, action, url=url, reference="" if url else reference)


def link_pull_request(fold: TrajectoryFold, event: PullRequestLinked) -> None:
    """Keep a pull request that the session is about, once."""
    url = event.url[:MAX_URL_CHARS]
    state = fold.state
    if url and url not in state.pull_requests and state.turn is not None:
        _add(fold, event.at, state.turn_number, "linked", url=url, reference="")


def _add(fold: TrajectoryFold, at: int, turn_number: int, action: str, *, url: str, reference: str) -> None:
    state = fold.state
    state.pull_request_count += 1
    fold.pull_requests.append(
        PullRequestRow(turn_number, state.pull_request_count, action, url, reference, fold.time_or_last(at))
    )
    if url and url not in state.pull_requests:
        state.pull_requests = [*state.pull_requests[-(MAX_OPEN - 1) :], url]
