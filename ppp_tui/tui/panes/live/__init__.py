"""Parts of Live."""
