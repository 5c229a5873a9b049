"""The price library, imported without its fetcher of newer prices until somebody asks for that.

The fetcher brings an HTTP client along: a quarter of the time that the import takes, and six megabytes.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot

_LIBRARY, _FETCHER = "genai_prices", "genai_prices.update_prices"
_FETCHER_NAMES = ("UpdatePrices", "wait_prices_updated_async", "wait_prices_updated_sync")


def price_snapshot() -> DataSnapshot:
    """Return the library's table of prices; loading it takes an eighth of a second."""
    if _LIBRARY not in sys.modules:
        _import_library()
    from genai_prices.data_snapshot import get_snapshot

    return get_snapshot()


def _import_library() -> None:
    """Import the library; its names that the fetcher defines import the fetcher when they are first asked for."""
    stand_in = ModuleType(_FETCHER)
    vars(stand_in).update(dict.fromkeys(_FETCHER_NAMES))
    sys.modules[_FETCHER] = stand_in
    try:
        library = import_module(_LIBRARY)
    except ImportError:
        # A version of the library that takes more from its fetcher is imported as it is.
        return
    finally:
        del sys.modules[_FETCHER]
    for name in _FETCHER_NAMES:
        vars(library).pop(name, None)

    def find(name: str) -> Any:
        if name not in _FETCHER_NAMES:
            raise AttributeError(f"module {_LIBRARY!r} has no attribute {name!r}")
        return getattr(import_module(_FETCHER), name)

    vars(library)["__getattr__"] = find
