"""From session files to the archive: hear, read, fold, commit, resume."""
