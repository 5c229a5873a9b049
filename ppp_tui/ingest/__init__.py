"""From session files to the database: hear, read, fold, commit, resume."""
