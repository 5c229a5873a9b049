"""Whatever is written, changed and removed, in whatever order: both engines have the same sums and answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.drilldown import conduct_sums
from ppp_tui.query.query import answer
from ppp_tui.query.scores.compare import group_names
from ppp_tui.query.signals.versions import version_list
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.query.usage.sums import usage as usage_sums
from ppp_tui.store.upkeep.clear import clear_trajectory
from ppp_tui.store.write import Writer
from ppp_tui.team import forget, replica
from ppp_tui.team.connect import tenant_transaction
from ppp_tui.team.push import local_database_id
from ppp_tui.team.reader import open_team_reader
from tests.store.row_builders import batch, delta, step, turn, usage
from tests.team.people import HOME, ask, opened, push, settle, shares

SPAN = TimeSpan(1_795_160_000_000, 1_795_180_000_000)
"""Around 2026-11-20 10:00, when all turns are."""

SUMS = (
    "SELECT minute, agent_name, model, requests, output_tokens, cost_micros FROM usage_minutes ORDER BY 1, 2, 3",
    "SELECT hour, agent_name, model, requests, output_tokens, cost_micros FROM usage_hours ORDER BY 1, 2, 3",
    "SELECT day, agent_name, model, requests, input_tokens, unpriced_requests FROM usage_days ORDER BY 1, 2, 3",
    "SELECT hour, requests, output_tokens FROM total_hours ORDER BY 1",
    "SELECT hour, model, requests, output_tokens FROM project_hours ORDER BY 1, 2, 3, 4",
    "SELECT day, model, requests, output_tokens FROM project_days ORDER BY 1, 2, 3, 4",
    "SELECT month, requests, cost_micros FROM folder_months ORDER BY 1, 2, 3",
    "SELECT model, requests, output_tokens FROM session_hours ORDER BY 1, 2, 3",
)


class Write(NamedTuple):
    """Turns of a session are written, or written anew."""

    session: int
    turns: int
    output: int
    model: str
    cost: int | None


class Clear(NamedTuple):
    """All turns of a session go."""

    session: int


class Push(NamedTuple):
    """What changed is pushed."""


SESSIONS = st.integers(1, 3)
ACTS = st.lists(
    st.one_of(
        st.builds(
            Write,
            session=SESSIONS,
            turns=st.integers(1, 3),
            output=st.integers(0, 9),
            model=st.sampled_from(["m1", "m2"]),
            cost=st.none() | st.integers(0, 50),
        ),
        st.builds(Clear, session=SESSIONS),
        st.just(Push()),
    ),
    min_size=1,
    max_size=7,
)
NUMBERS = count(1)


def act(writer: Writer, write: Write | Clear, file_id: int) -> None:
    """Do it in the local database."""
    if isinstance(write, Clear):
        with writer.transaction() as summaries:
            summaries.call(lambda connection: clear_trajectory(connection, write.session, summaries))
            summaries.changed.add(write.session)
        return
    rows = delta(
        turns=[turn(number, f"{write.session}.{number}") for number in range(1, write.turns + 1)],
        usage=[
            usage(number, 1, f"{write.session}.{number}", write.output, write.cost, model=write.model)
            for number in range(1, write.turns + 1)
        ],
        steps=[step(number, 1) for number in range(1, write.turns + 1)],
    )
    rows.facts["project"] = f"{HOME}/code/shop"
    # A session that was taken back does not come again, whichever database has it.
    native_id = f"{writer.path.stem}-{write.session}"
    writer.write([batch(f"/s/{write.session}", rows, file_id=file_id, native_id=native_id)])


def take_all_back(url: str, path: Path) -> None:
    with opened(url) as store, closing(sqlite3.connect(path)) as local:
        with tenant_transaction(store.connection, store.member.tenant_id):
            own = replica.find_replica(store, "m1", local_database_id(local))
        assert own is not None
        forget.forget(store, forget.all_trajectories(store, own), "all")


def answers(connection: Any) -> list[Any]:
    """What reports tell, without what numbers sessions."""
    bars = [answer(connection, usage_sums([SPAN], grouping, UsageFilter())) for grouping in ("none", "model", "agent")]
    groups = [answer(connection, group_names(field)) for field in ("agent", "model")]
    return [bars, groups, answer(connection, version_list()), answer(connection, conduct_sums())]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=ACTS)
def test_both_engines_tell_the_same_of_any_history(
    ada: str, tmp_path: Path, history: Sequence[Write | Clear | Push]
) -> None:
    path = tmp_path / f"{next(NUMBERS)}.db"
    with closing(Writer(path)) as writer:
        for session in (1, 2, 3):
            act(writer, Write(session, 1, 1, "m1", 1), file_id=0)
        settle(writer, f"{HOME}/code/shop")
    for each in history:
        if isinstance(each, Push):
            push(ada, path)
        else:
            with closing(Writer(path)) as writer:
                act(writer, each, file_id=each.session)
    push(ada, path, shares())
    with closing(open_reader(path)) as local, closing(open_team_reader(ada)) as shared:
        for sql in SUMS:
            assert ask(ada, sql) == local.execute(sql).fetchall(), sql
        assert answers(shared) == answers(local)
    take_all_back(ada, path)
    assert [sql for sql in SUMS if ask(ada, sql)] == []
