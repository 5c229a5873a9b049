"""Programs that run tests: a module for each, which finds its summaries in what was printed."""
