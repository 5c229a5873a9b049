"""Commands that open ways in and out for other programs."""
