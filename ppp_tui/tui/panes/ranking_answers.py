"""The pane below the reasons of a score on a large terminal: what each agent answered last."""

from __future__ import annotations

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.scores.consensus import Ranking
from ppp_tui.query.sessions.children import last_words
from ppp_tui.tui.messages import ReadFailed
from ppp_tui.tui.panes.ranking_overview import answer_texts
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.workers import work

MAX_RUNS = 20
"""Runs of an agent among which its last words are looked for."""


class RankingAnswers(DetailText):
    """Last words of the newest run of each agent of a ranking."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._ports = ports

    @work(exclusive=True, group="answers")
    async def show_ranking(self, ranking: Ranking) -> None:
        """Read and show the answers of a ranking's agents."""
        runs = [score.run for agent in ranking.agents for score in agent.runs[:MAX_RUNS]]
        ids = [run.trajectory_id for run in runs if run.trajectory_id is not None]
        try:
            words = await self._ports.database.fetch(last_words(ids))
        except READ_ERRORS as error:
            self.post_message(ReadFailed(str(error)))
            return
        if self.is_attached:
            self.set_lines(answer_texts(ranking, words), keep_place=True)
