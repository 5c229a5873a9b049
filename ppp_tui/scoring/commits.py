"""What counts as a feature when cost per feature is told: a commit that an agent made, or a finished spec.

A commit is a shell command that runs ``git commit`` and ends well. It is the smallest thing that all agents finish
alike and that leaves a trace; who squashes or never commits reads the figure with that in mind.
"""

from __future__ import annotations

import re

_COMMIT = re.compile(r"\bgit\b(?:\s+-\S+(?:\s+(?![-;&|])\S+)?)*\s+commit(?![\w-])(?![^;&|]*--dry-run)")


def is_commit(command: str) -> bool:
    """Whether a shell command makes a commit, if it ends well."""
    return "commit" in command and _COMMIT.search(command) is not None
