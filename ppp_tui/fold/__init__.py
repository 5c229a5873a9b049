"""Events in, state and rows out: pure, resumable, and the same for session files, loggers and foreign databases."""
