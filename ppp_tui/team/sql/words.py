"""Words of prompts and answers, which the shared store keeps an index of its own of."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

_HITS = {
    "exact": "SELECT id FROM ppp_search(:phrases, 0, :some)",
    "longer": "SELECT id FROM ppp_search(:phrases, 1, :some) WHERE (SELECT count(*) FROM exact) < :limit",
}
"""Where `query.sessions.search` looks words up, by the name of the common table expression."""


def look_up_words(tree: exp.Expr) -> None:
    """Look words up in the shared store's index where the query looks them up in the local one."""
    if tree.find(exp.Match) is None:
        return
    for part in list(tree.find_all(exp.CTE)):
        if part.alias in _HITS:
            part.set("this", sqlglot.parse_one(_HITS[part.alias], read="sqlite"))
