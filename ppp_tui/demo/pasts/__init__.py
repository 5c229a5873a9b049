"""What the four sessions of the stories did before the demo begins: an hour or two of work, turn by turn."""

from __future__ import annotations
