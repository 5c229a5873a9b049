"""Tables of text: the fields of JSON lines, under the same names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ppp_tui.cli.plain import plain

UNKNOWN = "–"


def table(rows: Sequence[Mapping[str, object]], left: Sequence[str] = ()) -> Iterator[str]:
    """Lines of a table with a head, indented; the columns named in `left` stand to the left. Nothing for no rows."""
    if not rows:
        return
    cells = [list(rows[0]), *([shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        parts = [
            cell.ljust(width) if name in left else cell.rjust(width)
            for name, cell, width in zip(rows[0], line, widths, strict=True)
        ]
        yield f"  {'  '.join(parts)}".rstrip()


def shown(value: object) -> str:
    """A field as one line of harmless text; what is unknown is no 0."""
    if value is None or value in ("", []):
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return (" to " if all(isinstance(part, float) for part in value) else ", ").join(map(shown, value))
    return plain(" ".join(str(value).split()))
