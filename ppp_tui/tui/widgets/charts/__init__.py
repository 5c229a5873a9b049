"""Charts: stacked bars of our own, and lines by plotext."""
