"""What reports share: options, fields, tables, JSON and CSV."""
