"""The pane below the reasons of a score on a large terminal: what each agent answered last."""

from __future__ import annotations

from ppp_tui.query.scores.consensus import Ranking
from ppp_tui.query.sessions.children import last_words
from ppp_tui.tui.panes.ranking_overview import answer_texts
from ppp_tui.tui.panes.reading import ReadText, read_or_report
from ppp_tui.tui.widgets.workers import work

MAX_RUNS = 20
"""Runs of an agent among which its last words are looked for."""


class RankingAnswers(ReadText):
    """Last words of the newest run of each agent of a ranking."""

    @work(exclusive=True, group="answers")
    @read_or_report
    async def show_ranking(self, ranking: Ranking) -> None:
        """Read and show the answers of a ranking's agents."""
        runs = [score.run for agent in ranking.agents for score in agent.runs[:MAX_RUNS]]
        ids = [run.trajectory_id for run in runs if run.trajectory_id is not None]
        words = await self._ports.database.fetch(last_words(ids))
        if self.is_attached:
            self.set_lines(answer_texts(ranking, words), keep_place=True)
