"""The jobs of one run, most urgent first: each call runs one slice of the first that has something to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.jobs import Job
from ppp_tui.ingest.jobs.alerts import AlertsJob
from ppp_tui.ingest.jobs.codebase_index import CodebaseIndexJob
from ppp_tui.ingest.jobs.evaluate import EvaluateJob
from ppp_tui.ingest.jobs.journal_replay import JournalReplayJob
from ppp_tui.ingest.jobs.judge_sessions import JudgeSessionsJob
from ppp_tui.ingest.jobs.project_folders import ProjectFoldersJob
from ppp_tui.ingest.jobs.reprice import RepriceJob
from ppp_tui.ingest.jobs.retention import RetentionJob
from ppp_tui.ingest.jobs.run_sums import RunSumsJob
from ppp_tui.ingest.jobs.score import ScoreJob
from ppp_tui.ingest.jobs.search_index import SearchIndexJob
from ppp_tui.ingest.jobs.status_import import StatusImportJob
from ppp_tui.ingest.jobs.turn_signals import TurnSignalsJob
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pricing import PriceTable
from ppp_tui.model.clock import Clock
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.write import Writer


class _Scheduled(NamedTuple):
    job: Job
    is_beside_backfill: bool = False
    """Whether it also runs during a backfill."""
    is_for_followers: bool = False
    """Whether it runs only with `follow`."""
    has_turns_to_score: bool = False
    """Whether the rows that it writes may have to be scored."""


class JobSchedule:
    """All jobs of a run."""

    def __init__(
        self,
        writer: Writer,
        options: IngestOptions,
        *,
        table: PriceTable,
        environment: Mapping[str, str],
        home: Path,
        guard: Guard,
        clock: Clock,
        ready: Callable[[], None],
    ) -> None:
        """Do nothing before `run_one`; `ready` is called, from a thread, when what a job awaits has arrived."""
        self._guard = guard
        self._clock = clock
        self._folders = ProjectFoldersJob(writer, home)
        self._score = ScoreJob(writer, options, environment, ready)
        self._reprice = RepriceJob(writer, table, options.prices_file)
        self._codebases = CodebaseIndexJob(writer, options, home, ready)
        self._alerts = AlertsJob(writer, options)
        writer.before_commit = self._judge_commit
        self._judge = JudgeSessionsJob(writer, options, environment, ready)
        self._entries = (
            _Scheduled(JournalReplayJob(writer, table), is_beside_backfill=True, has_turns_to_score=True),
            _Scheduled(self._score, is_beside_backfill=True),
            _Scheduled(StatusImportJob(writer)),
            _Scheduled(self._alerts),
            # Its commits are news to the next one, which looks at all that changed.
            _Scheduled(EvaluateJob(writer)),
            _Scheduled(TurnSignalsJob(writer)),
            _Scheduled(self._judge),
            _Scheduled(SearchIndexJob(writer), is_beside_backfill=True),
            _Scheduled(RetentionJob(writer, options), has_turns_to_score=True),
            _Scheduled(self._reprice),
            # Rows that the other jobs write may withdraw sums.
            _Scheduled(RunSumsJob(writer)),
            _Scheduled(self._codebases, is_for_followers=True),
        )

    def name_new_folders(self, now_ms: int) -> bool:
        """Find the repositories of new folders, before any other job: lists show their names at once."""
        return self._run(self._folders, now_ms)

    def run_one(self, now_ms: int, *, is_backfilling: bool, follow: bool) -> bool:
        """Do a slice of the most urgent job that has something to do; return False if none has."""
        for entry in self._entries:
            is_allowed = (entry.is_beside_backfill or not is_backfilling) and (follow or not entry.is_for_followers)
            if is_allowed and self._run(entry.job, now_ms):
                if entry.has_turns_to_score:
                    self.note_commit()
                return True
        return False

    def _judge_commit(self, summaries: SummaryDeltas) -> Callable[[], None] | None:
        """Judge alerts in the transaction that changes trajectories; a fault of that loses no row."""
        if not self._alerts.has_rules:
            return None
        committed: list[Callable[[], None]] = []

        def judge() -> bool:
            note_committed = self._alerts.judge_commit(summaries, self._clock.now_ms())
            committed.extend([] if note_committed is None else [note_committed])
            return bool(committed)

        return committed[0] if self._guard.job(self._alerts.name, judge) else None

    def _run(self, job: Job, now_ms: int) -> bool:
        return self._guard.job(job.name, partial(job.run_slice, now_ms))

    @property
    def is_waiting(self) -> bool:
        """Whether a model was asked and has not answered yet, or a command that tells of alerts runs."""
        return self._score.is_waiting or self._alerts.is_waiting or self._judge.is_waiting

    @property
    def trouble(self) -> str:
        """The first thing that keeps a job from its work, '' if nothing does."""
        return next((entry.job.trouble for entry in self._entries if entry.job.trouble), "")

    def note_commit(self) -> None:
        """Let the scoring job look for turns that were written."""
        self._score.note_commit()

    def reload_prices(self) -> None:
        """Read the user's prices again if their file changed."""
        self._reprice.reload_if_changed()

    def close(self) -> None:
        """Stop processes that jobs started."""
        self._codebases.close()
        self._alerts.close()
