"""By what efforts are judged, between who decides it and who judges."""

from __future__ import annotations

from typing import NamedTuple


class Method(NamedTuple):
    """How efforts are judged just now."""

    finder: str
    """Begins the name of the scorer that a turn keeps."""
    wording: str
    """Name and version of the judge of wording."""
    model: str
    """Name and version of the model's verdicts, '' where none is asked."""
