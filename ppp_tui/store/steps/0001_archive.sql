-- Trajectories, their turns, questions and violations keep the names and columns of the trajectory documents.
-- Small columns stand before the text, so that a look at the numbers does not read the text's pages.

CREATE TABLE source_files (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    device INTEGER NOT NULL DEFAULT 0,
    inode INTEGER NOT NULL DEFAULT 0,
    born_ns INTEGER NOT NULL DEFAULT 0,
    head_length INTEGER NOT NULL DEFAULT 0,
    head_hash TEXT NOT NULL DEFAULT '',
    anchor_hash TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0,
    modified_ns INTEGER NOT NULL DEFAULT 0,
    offset INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 1,
    parser_version INTEGER NOT NULL DEFAULT 0,
    parser_state BLOB NOT NULL DEFAULT x'',
    fold_state BLOB NOT NULL DEFAULT x'',
    health TEXT NOT NULL DEFAULT 'new'
        CHECK (health IN ('new', 'ok', 'vanished', 'unreadable', 'refused')),
    health_detail TEXT NOT NULL DEFAULT '',
    native_id TEXT NOT NULL DEFAULT '',
    UNIQUE (source, path)
);

CREATE TABLE source_news (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (file_id, kind, offset)
) WITHOUT ROWID;

CREATE TABLE unknown_records (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (file_id, name)
) WITHOUT ROWID;

CREATE TABLE raw_chunks (
    file_id INTEGER NOT NULL REFERENCES source_files (id) ON DELETE CASCADE,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (file_id, offset)
) WITHOUT ROWID;

CREATE TABLE trajectories (
    id INTEGER PRIMARY KEY,
    spec_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    run_id TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    source TEXT NOT NULL DEFAULT '',
    file_id INTEGER REFERENCES source_files (id) ON DELETE SET NULL,
    lane TEXT NOT NULL DEFAULT '',
    native_id TEXT NOT NULL DEFAULT '',
    parent_native_id TEXT NOT NULL DEFAULT '',
    parent_id INTEGER REFERENCES trajectories (id) ON DELETE SET NULL,
    forked_from TEXT NOT NULL DEFAULT '',
    stage TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    project TEXT NOT NULL DEFAULT '',
    branch TEXT NOT NULL DEFAULT '',
    agent_version TEXT NOT NULL DEFAULT '',
    agent_role TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    entrypoint TEXT NOT NULL DEFAULT '',
    UNIQUE (file_id, lane)
);
CREATE INDEX trajectories_by_spec ON trajectories (spec_id, agent_name);
CREATE INDEX trajectories_by_run ON trajectories (run_id);
CREATE INDEX trajectories_by_native_id ON trajectories (native_id);
CREATE INDEX trajectories_by_parent ON trajectories (parent_id);
CREATE INDEX trajectories_awaiting_parent ON trajectories (parent_native_id)
    WHERE parent_id IS NULL AND parent_native_id <> '';

CREATE TABLE trajectory_turns (
    id INTEGER PRIMARY KEY,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    turn_number INTEGER NOT NULL,
    token_count INTEGER,
    latency_ms INTEGER,
    timestamp TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    ended_at TEXT,
    first_token_ms INTEGER,
    key_hash INTEGER,
    origin TEXT NOT NULL DEFAULT 'typed'
        CHECK (origin IN ('typed', 'queued', 'sdk', 'command', 'system', 'logged')),
    status TEXT NOT NULL DEFAULT 'unknown'
        CHECK (status IN ('open', 'completed', 'interrupted', 'failed', 'superseded', 'unknown')),
    is_rolled_back INTEGER NOT NULL DEFAULT 0 CHECK (is_rolled_back IN (0, 1)),
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    context_tokens INTEGER,
    context_window INTEGER,
    requests INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER,
    output_tokens INTEGER,
    reasoning_tokens INTEGER,
    cache_read_tokens INTEGER,
    cache_write_tokens INTEGER,
    cost_micros INTEGER,
    unpriced_requests INTEGER NOT NULL DEFAULT 0,
    is_lower_bound INTEGER NOT NULL DEFAULT 0 CHECK (is_lower_bound IN (0, 1)),
    steps INTEGER NOT NULL DEFAULT 0,
    failed_steps INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    low_questions INTEGER NOT NULL DEFAULT 0,
    medium_questions INTEGER NOT NULL DEFAULT 0,
    high_questions INTEGER NOT NULL DEFAULT 0,
    violations INTEGER NOT NULL DEFAULT 0,
    prompt_length INTEGER NOT NULL DEFAULT 0,
    response_length INTEGER NOT NULL DEFAULT 0,
    prompt_hash TEXT,
    response_hash TEXT,
    prompt TEXT NOT NULL,
    response TEXT NOT NULL,
    UNIQUE (trajectory_id, turn_number)
);
CREATE INDEX turns_by_key ON trajectory_turns (key_hash) WHERE key_hash IS NOT NULL;

CREATE TABLE trajectory_questions (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    question_text TEXT NOT NULL,
    effort_level TEXT NOT NULL CHECK (effort_level IN ('low', 'medium', 'high')),
    method TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'stated' CHECK (source IN ('tool', 'text', 'stated')),
    options TEXT NOT NULL DEFAULT '[]',
    asked_at TEXT,
    answered_at TEXT,
    step_key TEXT NOT NULL DEFAULT '',
    text_start INTEGER,
    text_end INTEGER
);
CREATE INDEX questions_by_turn ON trajectory_questions (turn_id);

CREATE TABLE trajectory_violations (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    expected TEXT NOT NULL,
    actual TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    method TEXT NOT NULL DEFAULT ''
);
CREATE INDEX violations_by_turn ON trajectory_violations (turn_id);
CREATE INDEX violations_by_preference ON trajectory_violations (preference_name);

-- From here on a row's id alone tells its turn (id >> 20) and its trajectory (id >> 40).

CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL CHECK (kind IN ('message', 'thinking', 'shell', 'read', 'edit', 'search', 'web', 'subagent',
        'mcp', 'ask', 'plan', 'tool', 'compaction', 'error', 'note')),
    tool TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CHECK (status IN ('running', 'ok', 'failed', 'denied', 'cancelled', 'unknown')),
    exit_code INTEGER,
    started_at TEXT,
    ended_at TEXT,
    duration_ms INTEGER,
    input_preview TEXT NOT NULL DEFAULT '',
    output_preview TEXT NOT NULL DEFAULT '',
    input_length INTEGER NOT NULL DEFAULT 0,
    output_length INTEGER NOT NULL DEFAULT 0,
    input_offset INTEGER NOT NULL DEFAULT 0,
    input_bytes INTEGER NOT NULL DEFAULT 0,
    output_offset INTEGER NOT NULL DEFAULT 0,
    output_bytes INTEGER NOT NULL DEFAULT 0,
    text_start INTEGER,
    text_end INTEGER,
    child_native_id TEXT NOT NULL DEFAULT '',
    request_number INTEGER
);

CREATE TABLE token_usage (
    id INTEGER PRIMARY KEY,
    key_hash INTEGER,
    alias_hash INTEGER,
    is_counted INTEGER NOT NULL DEFAULT 1 CHECK (is_counted IN (0, 1)),
    at TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_5m_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    cost_micros INTEGER,
    is_lower_bound INTEGER NOT NULL DEFAULT 0 CHECK (is_lower_bound IN (0, 1)),
    is_aside INTEGER NOT NULL DEFAULT 0 CHECK (is_aside IN (0, 1)),
    stop_reason TEXT NOT NULL DEFAULT '',
    speed TEXT NOT NULL DEFAULT '',
    service_tier TEXT NOT NULL DEFAULT '',
    web_searches INTEGER NOT NULL DEFAULT 0,
    first_token_ms INTEGER
);
-- Copies of a request are found by its alias where it has one, else by its key.
CREATE INDEX usage_by_key ON token_usage (key_hash) WHERE alias_hash IS NULL AND key_hash IS NOT NULL;
CREATE INDEX usage_by_alias ON token_usage (alias_hash) WHERE alias_hash IS NOT NULL;

CREATE TABLE retries (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('rate_limit', 'overloaded', 'timeout', 'network', 'auth', 'context', 'error',
        'model_fallback')),
    attempt INTEGER,
    max_attempts INTEGER,
    wait_ms INTEGER,
    status_code INTEGER,
    message TEXT NOT NULL DEFAULT '',
    is_final INTEGER NOT NULL DEFAULT 0 CHECK (is_final IN (0, 1))
);

CREATE TABLE rate_limits (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    used_percent REAL NOT NULL,
    window_minutes INTEGER,
    resets_at TEXT,
    plan TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (trajectory_id, name)
) WITHOUT ROWID;

-- Sums over the trajectory's own turns (copies left out), kept in step by the transaction that changes a turn; tree_*
-- adds those of all trajectories below it.
CREATE TABLE trajectory_summaries (
    trajectory_id INTEGER PRIMARY KEY REFERENCES trajectories (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL DEFAULT 0,
    last_at TEXT,
    turns INTEGER NOT NULL DEFAULT 0,
    last_turn_number INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    cost_micros INTEGER NOT NULL DEFAULT 0,
    unpriced_requests INTEGER NOT NULL DEFAULT 0,
    lower_bound_turns INTEGER NOT NULL DEFAULT 0,
    wall_ms INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0,
    failed_steps INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    low_questions INTEGER NOT NULL DEFAULT 0,
    medium_questions INTEGER NOT NULL DEFAULT 0,
    high_questions INTEGER NOT NULL DEFAULT 0,
    violations INTEGER NOT NULL DEFAULT 0,
    tree_requests INTEGER NOT NULL DEFAULT 0,
    tree_input_tokens INTEGER NOT NULL DEFAULT 0,
    tree_output_tokens INTEGER NOT NULL DEFAULT 0,
    tree_cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    tree_cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    tree_cost_micros INTEGER NOT NULL DEFAULT 0,
    tree_unpriced_requests INTEGER NOT NULL DEFAULT 0,
    tree_lower_bound_turns INTEGER NOT NULL DEFAULT 0,
    children INTEGER NOT NULL DEFAULT 0,
    context_tokens INTEGER,
    context_window INTEGER,
    pid INTEGER NOT NULL DEFAULT 0,
    live TEXT NOT NULL DEFAULT ''
);
CREATE INDEX summaries_by_revision ON trajectory_summaries (revision);
CREATE INDEX summaries_by_time ON trajectory_summaries (last_at);

-- Counted usage by the minute (UTC text to the minute), for charts and the totals of a day without a look at history.
CREATE TABLE usage_minutes (
    minute TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    PRIMARY KEY (minute, agent_name, model)
) WITHOUT ROWID;

-- Text is searched in segments: text_start n >= 0 is what a turn's response gained from character n on, n < 0 what its
-- prompt gained from character -n - 1 on.
CREATE TABLE search_segments (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL,
    text_start INTEGER NOT NULL,
    text_end INTEGER NOT NULL,
    UNIQUE (turn_id, text_start)
);
CREATE TABLE search_queue (
    turn_id INTEGER PRIMARY KEY
);
CREATE VIEW search_texts AS
    SELECT s.id AS id,
           CASE WHEN s.text_start < 0 THEN substr(t.prompt, -s.text_start, s.text_end + s.text_start + 1)
                ELSE substr(t.response, s.text_start + 1, s.text_end - s.text_start) END AS body
    FROM search_segments AS s JOIN trajectory_turns AS t ON t.id = s.turn_id;
CREATE VIRTUAL TABLE search_index USING fts5 (body, content = 'search_texts', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE archive_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO archive_facts (name, value) VALUES ('revision', '0');

CREATE TABLE ingest_status (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,
    phase TEXT NOT NULL,
    started_at TEXT NOT NULL,
    at TEXT NOT NULL,
    files_total INTEGER NOT NULL,
    files_done INTEGER NOT NULL,
    bytes_total INTEGER NOT NULL,
    bytes_done INTEGER NOT NULL,
    watching TEXT NOT NULL,
    trouble TEXT NOT NULL
);
