"""Parts of Quality."""
