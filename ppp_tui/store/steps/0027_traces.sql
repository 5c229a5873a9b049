-- Spans that agents sent of tool calls and of their own work: a program that a call started names one as its parent.
CREATE TABLE received_spans (
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    -- The receiver's file.
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    parent_span_id TEXT NOT NULL,
    -- Of the tool call, '' where the span names none.
    step_key TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
) WITHOUT ROWID;
CREATE INDEX received_spans_by_file ON received_spans (file_id);

-- Waits of tool calls for the user's permission that only what agents sent tells.
CREATE TABLE received_waits (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    -- NULL where the wait began with the call.
    began_at TEXT,
    ended_at TEXT NOT NULL,
    -- The call, NULL while there is none.
    step_id INTEGER,
    PRIMARY KEY (file_id, step_key)
) WITHOUT ROWID;

-- Of `waiting_ms`, what the agent's own clock told from a tool's time.
ALTER TABLE turn_times ADD COLUMN left_out_ms INTEGER NOT NULL DEFAULT 0;
-- Of `waiting_ms` and `tool_ms`, what such waits added to the one and took from the other.
ALTER TABLE turn_times ADD COLUMN permission_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn_times ADD COLUMN permission_tool_ms INTEGER NOT NULL DEFAULT 0;

-- The tool call of the parent that started the program which logged this.
ALTER TABLE trajectories ADD COLUMN parent_step TEXT NOT NULL DEFAULT '';
CREATE INDEX trajectories_by_step ON trajectories (parent_id, parent_step) WHERE parent_step <> '';
