-- What agents sent by OpenTelemetry of sessions whose own files are read too: it completes their rows, and is compared
-- with them. It follows from the files of the receiver, and is made anew with them.
CREATE TABLE received_sessions (
    -- Of the session's own file.
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    -- The receiver's file.
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    PRIMARY KEY (source, native_id, file_id)
) WITHOUT ROWID;
CREATE INDEX received_sessions_by_file ON received_sessions (file_id);
CREATE TABLE received_requests (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    turn_number INTEGER NOT NULL,
    request_number INTEGER NOT NULL,
    at TEXT NOT NULL,
    key_hash INTEGER,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    first_token_ms INTEGER,
    reported_micros INTEGER,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    -- The request in the session's own file, NULL while there is none.
    usage_id INTEGER,
    PRIMARY KEY (file_id, turn_number, request_number)
) WITHOUT ROWID;
CREATE INDEX received_requests_by_time ON received_requests (file_id, at);
CREATE INDEX received_requests_by_usage ON received_requests (usage_id) WHERE usage_id IS NOT NULL;
CREATE TABLE received_failures (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    turn_number INTEGER NOT NULL,
    retry_number INTEGER NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempt INTEGER,
    max_attempts INTEGER,
    wait_ms INTEGER,
    status_code INTEGER,
    message TEXT NOT NULL DEFAULT '',
    is_final INTEGER NOT NULL DEFAULT 0,
    -- The failure in the session itself, NULL while there is none.
    retry_id INTEGER,
    PRIMARY KEY (file_id, turn_number, retry_number)
) WITHOUT ROWID;
