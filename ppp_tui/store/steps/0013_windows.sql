-- Whether a context window was inferred from the model and from what the session held, rather than recorded or stated.
ALTER TABLE trajectory_turns ADD COLUMN is_window_inferred INTEGER NOT NULL DEFAULT 0
    CHECK (is_window_inferred IN (0, 1));
ALTER TABLE trajectory_summaries ADD COLUMN is_window_inferred INTEGER NOT NULL DEFAULT 0
    CHECK (is_window_inferred IN (0, 1));
ALTER TABLE context_use ADD COLUMN is_window_inferred INTEGER NOT NULL DEFAULT 0 CHECK (is_window_inferred IN (0, 1));
