"""From session files to the database: watch, read, fold, commit, resume."""
