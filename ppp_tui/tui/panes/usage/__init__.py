"""Parts of Usage."""
