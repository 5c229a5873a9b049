"""``python -m ppp_tui`` is ``ppp-tui``."""

from __future__ import annotations

from ppp_tui.cli.entrypoint import main

if __name__ == "__main__":
    main()
