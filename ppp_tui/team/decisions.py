"""Which of the trajectories that changed are shared: not what is kept at home, was taken back, or lies there already.

A copy of a session (a synchronised folder, a moved home, a database that was begun anew) counts once. Of one person's
copies the one with the later sign of life is kept, and a new database of the same machine takes the place of its old
one. What somebody else shares stays theirs: no machine removes the rows of another person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.team.local import LocalDatabase, LocalTrajectory
from ppp_tui.team.replica import SessionCopy, SharedTrajectory

Verdict = Literal["share", "remove", "held", "leave"]
"""share: push what changed · remove: take its rows away, it is kept at home now · held: lies there already · leave."""


class ShareDecision(NamedTuple):
    """What becomes of a trajectory, and of copies of it that are the same person's."""

    verdict: Verdict
    replaced: tuple[int, ...] = ()
    """Numbers in the shared store of older copies whose place it takes."""


class Decisions(NamedTuple):
    """What becomes of the trajectories of a batch."""

    shared: list[LocalTrajectory]
    """Each after those that it belongs to."""
    removed: list[LocalTrajectory]
    replaced: dict[int, tuple[int, ...]]
    """Numbers in the shared store of copies, by the local number of the trajectory that takes their place."""
    held: int


def decide(
    trajectory: LocalTrajectory,
    own: SharedTrajectory | None,
    copies: Sequence[SessionCopy],
    replica_id: int,
    machine: str,
) -> ShareDecision:
    """Return what becomes of one trajectory. `copies` are all that are numbered of its session."""
    if own is not None and own.is_forgotten:
        return ShareDecision("leave")
    if trajectory.level == "none":
        return ShareDecision("remove" if own is not None and own.is_present else "leave")
    others = [copy for copy in copies if copy.replica_id != replica_id]
    if any(copy.is_own and copy.is_forgotten for copy in others):
        return ShareDecision("leave")
    replaced = []
    for copy in others:
        if not copy.is_present:
            continue
        is_newer = (trajectory.last_at, copy.machine == machine) > (copy.last_at, False)
        if not copy.is_own or not is_newer:
            return ShareDecision("held")
        replaced.append(copy.trajectory_id)
    return ShareDecision("share", tuple(replaced))


def decide_batch(
    pending: Iterable[LocalTrajectory],
    local: LocalDatabase,
    numbered: Mapping[int, SharedTrajectory],
    copies: Iterable[SessionCopy],
    *,
    replica_id: int,
    machine: str,
) -> Decisions:
    """Return what becomes of the trajectories that changed; what they belong to, and is not there yet, goes with them.

    `numbered` holds what is numbered of them, and of all that they belong to, by their local number.
    """
    by_session: dict[int, list[SessionCopy]] = defaultdict(list)
    for copy in copies:
        by_session[copy.session_key].append(copy)
    verdicts: dict[int, Verdict] = {}
    decided = Decisions([], [], {}, 0)
    held = 0

    def visit(trajectory: LocalTrajectory, *, is_pending: bool) -> Verdict:
        nonlocal held
        if trajectory.id in verdicts:
            return verdicts[trajectory.id]
        own = numbered.get(trajectory.id)
        if not is_pending and own is not None and own.is_present:
            return "share"
        decision = decide(
            trajectory, own, by_session.get(trajectory.session_key or 0, ()), replica_id=replica_id, machine=machine
        )
        verdict = decision.verdict
        verdicts[trajectory.id] = verdict
        if verdict == "share" and trajectory.parent_id is not None:
            above = local.trajectory(trajectory.parent_id)
            over = visit(above, is_pending=False)
            # A sub-agent goes where its session goes.
            if over != "share":
                verdict = verdicts[trajectory.id] = "held" if over == "held" else "leave"
        if verdict == "share":
            decided.shared.append(trajectory)
            decided.replaced[trajectory.id] = decision.replaced
        elif verdict == "remove":
            decided.removed.append(trajectory)
        elif verdict == "held":
            held += 1
        return verdict

    for trajectory in pending:
        visit(trajectory, is_pending=True)
    return decided._replace(held=held)
