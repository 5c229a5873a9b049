"""The price library is imported without the network, and whole for everybody else in the process."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from ppp_tui.scoring.prices.library import price_snapshot
_, model = price_snapshot().find_provider_model("gpt-5", None, None, None)
print(model.id, "genai_prices.update_prices" in sys.modules, "httpx2" in sys.modules)
import genai_prices
from genai_prices import UpdatePrices
print(UpdatePrices.__module__, genai_prices.update_prices.UpdatePrices is UpdatePrices)
print(hasattr(genai_prices, "no_such_name"))
"""


def test_fetcher_of_prices_is_imported_when_it_is_asked_for() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["gpt-5 False False", "genai_prices.update_prices True", "False"]


def test_library_that_takes_more_from_its_fetcher_is_imported_as_it_is() -> None:
    program = (
        "from ppp_tui.scoring.prices import library\n"
        "library._FETCHER_NAMES = ('UpdatePrices',)\n"
        "library.price_snapshot()\n"
        "from genai_prices import UpdatePrices\n"
        "print(UpdatePrices.__module__)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ended.stdout.split() == ["genai_prices.update_prices"]
