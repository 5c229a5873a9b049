-- Made by tests.store.schema_script out of the steps up to 27
CREATE TABLE schema_steps (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
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
    native_id TEXT NOT NULL DEFAULT '', counted_until TEXT NOT NULL DEFAULT '', silent_records INTEGER NOT NULL DEFAULT 0, silent_from INTEGER NOT NULL DEFAULT 0, host TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '',
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
    entrypoint TEXT NOT NULL DEFAULT '', attempt INTEGER NOT NULL DEFAULT 1, ended_at TEXT, outcome TEXT NOT NULL DEFAULT ''
    CHECK (outcome IN ('', 'completed', 'failed', 'cancelled')), path TEXT NOT NULL DEFAULT '', first_prompt TEXT NOT NULL DEFAULT '', parent_step TEXT NOT NULL DEFAULT '',
    UNIQUE (file_id, lane)
);
CREATE INDEX trajectories_by_spec ON trajectories (spec_id, agent_name);
CREATE INDEX trajectories_by_run ON trajectories (run_id);
CREATE INDEX trajectories_by_native_id ON trajectories (native_id);
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
    response TEXT NOT NULL, scored_by TEXT NOT NULL DEFAULT '', is_window_inferred INTEGER NOT NULL DEFAULT 0
    CHECK (is_window_inferred IN (0, 1)),
    UNIQUE (trajectory_id, turn_number)
);
CREATE INDEX turns_by_key ON trajectory_turns (key_hash) WHERE key_hash IS NOT NULL;
CREATE TABLE trajectory_questions (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    question_text TEXT NOT NULL,
    effort_level TEXT CHECK (effort_level IN ('low', 'medium', 'high') OR asked_at IS NULL),
    method TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'stated' CHECK (source IN ('tool', 'text', 'stated')),
    options TEXT NOT NULL DEFAULT '[]',
    asked_at TEXT,
    answered_at TEXT,
    step_key TEXT NOT NULL DEFAULT '',
    text_start INTEGER,
    text_end INTEGER
, answer TEXT, answer_status TEXT
    CHECK (answer_status IN ('given', 'reply', 'rejected', 'empty', 'failed')));
CREATE INDEX questions_by_turn ON trajectory_questions (turn_id);
CREATE TABLE trajectory_violations (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    expected TEXT NOT NULL,
    actual TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    method TEXT NOT NULL DEFAULT ''
, source TEXT NOT NULL DEFAULT 'judged'
    CHECK (source IN ('judged', 'stated')), text_start INTEGER, text_end INTEGER);
CREATE INDEX violations_by_turn ON trajectory_violations (turn_id);
CREATE INDEX violations_by_preference ON trajectory_violations (preference_name);
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
, saved_micros INTEGER, reported_micros INTEGER, provider TEXT NOT NULL DEFAULT '', inference_geo TEXT NOT NULL DEFAULT '', reasoning_effort TEXT NOT NULL DEFAULT '');
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
, scored_by TEXT NOT NULL DEFAULT '', low_asks INTEGER NOT NULL DEFAULT 0, medium_asks INTEGER NOT NULL DEFAULT 0, high_asks INTEGER NOT NULL DEFAULT 0, minor_violations INTEGER NOT NULL DEFAULT 0, major_violations INTEGER NOT NULL DEFAULT 0, critical_violations INTEGER NOT NULL DEFAULT 0, task_key INTEGER, tool_ms INTEGER NOT NULL DEFAULT 0, waiting_ms INTEGER NOT NULL DEFAULT 0, retry_ms INTEGER NOT NULL DEFAULT 0, test_runs INTEGER NOT NULL DEFAULT 0, red_test_runs INTEGER NOT NULL DEFAULT 0, tests_run INTEGER NOT NULL DEFAULT 0, tests_passed INTEGER NOT NULL DEFAULT 0, tests_failed INTEGER NOT NULL DEFAULT 0, tests_skipped INTEGER NOT NULL DEFAULT 0, test_pass_rate REAL
    GENERATED ALWAYS AS (100.0 * tests_passed / nullif(tests_passed + tests_failed, 0)) VIRTUAL, retry_chains INTEGER NOT NULL DEFAULT 0, max_retries_hit INTEGER NOT NULL DEFAULT 0, model_fallbacks INTEGER NOT NULL DEFAULT 0, stated_tokens INTEGER NOT NULL DEFAULT 0, tree_stated_tokens INTEGER NOT NULL DEFAULT 0, is_window_inferred INTEGER NOT NULL DEFAULT 0
    CHECK (is_window_inferred IN (0, 1)), is_child INTEGER NOT NULL DEFAULT 0 CHECK (is_child IN (0, 1)));
CREATE INDEX summaries_by_revision ON trajectory_summaries (revision);
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
CREATE VIRTUAL TABLE search_index USING fts5 (body, content = 'search_texts', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE archive_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
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
CREATE UNIQUE INDEX trajectories_logged ON trajectories (native_id) WHERE source = 'logger';
CREATE INDEX summaries_by_scorer ON trajectory_summaries (scored_by);
CREATE INDEX turns_by_scorer ON trajectory_turns (trajectory_id, scored_by);
CREATE TABLE preference_verdicts (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('kept', 'violated', 'not_applicable', 'unjudged')),
    reward REAL NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    method TEXT NOT NULL,
    PRIMARY KEY (trajectory_id, preference_name)
) WITHOUT ROWID;
CREATE TABLE turn_verdicts (
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    kept INTEGER NOT NULL,
    violated INTEGER NOT NULL,
    unjudged INTEGER NOT NULL,
    PRIMARY KEY (turn_id, preference_name)
) WITHOUT ROWID;
CREATE TABLE judged_efforts (
    question_hash INTEGER NOT NULL,
    method TEXT NOT NULL,
    effort_level TEXT NOT NULL CHECK (effort_level IN ('low', 'medium', 'high')),
    PRIMARY KEY (question_hash, method)
) WITHOUT ROWID;
CREATE TABLE consensus_artifacts (
    id INTEGER PRIMARY KEY,
    trajectory_id INTEGER REFERENCES trajectories (id) ON DELETE CASCADE,
    spec_id TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    agent_name TEXT NOT NULL,
    run_id TEXT,
    content_json TEXT NOT NULL DEFAULT '{}',
    score REAL CHECK (score BETWEEN 0 AND 1),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
, file_id INTEGER REFERENCES source_files (id) ON DELETE CASCADE, file_row TEXT, response_text TEXT);
CREATE INDEX artifacts_by_spec ON consensus_artifacts (spec_id, stage);
CREATE INDEX artifacts_by_trajectory ON consensus_artifacts (trajectory_id);
CREATE TABLE journals (
    name TEXT PRIMARY KEY,
    offset INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX summaries_by_task ON trajectory_summaries (task_key) WHERE task_key IS NOT NULL;
CREATE INDEX trajectories_by_group ON trajectories (spec_id, stage, run_id, agent_name, parent_id)
    WHERE spec_id <> '';
CREATE INDEX trajectories_by_model ON trajectories (model);
CREATE INDEX steps_by_test ON steps (id) WHERE kind = 'shell' AND (target LIKE '%test%' OR target LIKE '%spec%'
    OR target LIKE '%jest%' OR target LIKE '%mocha%' OR target LIKE '%tox%' OR target LIKE '%nox%'
    OR target LIKE '%check%' OR target LIKE '%phpunit%' OR target LIKE '%behave%' OR target LIKE '%bats%');
CREATE TABLE price_queue (
    usage_id INTEGER PRIMARY KEY
);
CREATE TABLE turn_times (
    id INTEGER PRIMARY KEY,
    tool_ms INTEGER NOT NULL,
    waiting_ms INTEGER NOT NULL,
    retry_ms INTEGER NOT NULL
, left_out_ms INTEGER NOT NULL DEFAULT 0, permission_ms INTEGER NOT NULL DEFAULT 0, permission_tool_ms INTEGER NOT NULL DEFAULT 0);
CREATE TABLE features (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL
, commit_hash TEXT NOT NULL DEFAULT '');
CREATE INDEX features_by_time ON features (at);
CREATE TABLE limit_readings (
    agent_name TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    used_percent REAL NOT NULL,
    window_minutes INTEGER,
    resets_at TEXT,
    plan TEXT NOT NULL DEFAULT '',
    provenance TEXT NOT NULL CHECK (provenance IN ('official', 'recorded')),
    PRIMARY KEY (agent_name, name, at)
) WITHOUT ROWID;
CREATE TABLE session_reports (
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    at TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    cost_micros INTEGER,
    api_ms INTEGER,
    wall_ms INTEGER,
    context_tokens INTEGER,
    context_window INTEGER,
    PRIMARY KEY (source, native_id)
) WITHOUT ROWID;
CREATE TABLE test_runs (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL DEFAULT 'found' CHECK (source IN ('found', 'stated')),
    step_number INTEGER,
    agent_name TEXT NOT NULL DEFAULT '',
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    project TEXT NOT NULL DEFAULT '',
    suite TEXT NOT NULL,
    framework TEXT NOT NULL DEFAULT '',
    unit TEXT NOT NULL DEFAULT 'test' CHECK (unit IN ('test', 'package')),
    at TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    total INTEGER NOT NULL CHECK (total >= 0),
    passed INTEGER NOT NULL CHECK (passed >= 0),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    skipped INTEGER NOT NULL CHECK (skipped >= 0),
    duration_ms INTEGER,
    -- Percentage of the tests that ran and passed; NULL where none ran.
    pass_rate REAL GENERATED ALWAYS AS (100.0 * passed / nullif(passed + failed, 0)) VIRTUAL,
    -- Percentage points that it lies below the last run of the same suite; NULL where there is none.
    drop_points REAL
, selection TEXT NOT NULL DEFAULT '', variant TEXT, exit_failed INTEGER CHECK (exit_failed IN (0, 1)), is_red INTEGER GENERATED ALWAYS AS (coalesce(exit_failed, failed > 0)) VIRTUAL);
CREATE INDEX test_runs_by_project ON test_runs (project, at) WHERE is_copy = 0;
CREATE INDEX test_runs_by_time ON test_runs (at) WHERE is_copy = 0;
CREATE INDEX test_runs_by_drop ON test_runs (at) WHERE is_copy = 0 AND drop_points > 0;
CREATE TABLE test_failures (
    test_run_id INTEGER NOT NULL REFERENCES test_runs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (test_run_id, number)
) WITHOUT ROWID;
CREATE TABLE test_suites (
    project TEXT NOT NULL,
    suite TEXT NOT NULL,
    framework TEXT NOT NULL,
    unit TEXT NOT NULL,
    runs INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    timed_runs INTEGER NOT NULL,
    red_runs INTEGER NOT NULL,
    PRIMARY KEY (project, suite, framework, unit)
) WITHOUT ROWID;
CREATE TABLE test_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    runs INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    red_runs INTEGER NOT NULL,
    PRIMARY KEY (day, project, agent_name, model)
) WITHOUT ROWID;
CREATE TABLE retry_chains (
    id INTEGER PRIMARY KEY,
    agent_name TEXT NOT NULL DEFAULT '',
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    kind TEXT NOT NULL CHECK (kind IN ('request', 'tool')),
    project TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    fallback_model TEXT NOT NULL DEFAULT '',
    tool TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    wait_ms INTEGER,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('open', 'recovered', 'gave_up'))
, is_exhausted INTEGER NOT NULL DEFAULT 0 CHECK (is_exhausted IN (0, 1)));
CREATE TABLE retry_hours (
    hour TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    chains INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    recovered INTEGER NOT NULL,
    recovered_attempts INTEGER NOT NULL,
    gave_up INTEGER NOT NULL,
    fallbacks INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    waited_chains INTEGER NOT NULL,
    PRIMARY KEY (hour, agent_name, project, model, kind, reason)
) WITHOUT ROWID;
CREATE INDEX retry_hours_by_project ON retry_hours (project);
CREATE TRIGGER retry_chains_added AFTER INSERT ON retry_chains WHEN new.is_copy = 0 BEGIN
    INSERT INTO retry_hours VALUES (substr(new.started_at, 1, 13), new.agent_name, new.project, new.model, new.kind,
        new.reason, 1, new.attempts, new.outcome = 'recovered', iif(new.outcome = 'recovered', new.attempts, 0),
        new.outcome = 'gave_up', new.fallback_model <> '', coalesce(new.wait_ms, 0), new.wait_ms IS NOT NULL)
    ON CONFLICT DO UPDATE SET chains = chains + 1, attempts = attempts + excluded.attempts,
        recovered = recovered + excluded.recovered, recovered_attempts = recovered_attempts + excluded.recovered_attempts,
        gave_up = gave_up + excluded.gave_up, fallbacks = fallbacks + excluded.fallbacks,
        wait_ms = wait_ms + excluded.wait_ms, waited_chains = waited_chains + excluded.waited_chains;
END;
CREATE TRIGGER retry_chains_gone AFTER DELETE ON retry_chains WHEN old.is_copy = 0 BEGIN
    UPDATE retry_hours SET chains = chains - 1, attempts = attempts - old.attempts,
        recovered = recovered - (old.outcome = 'recovered'),
        recovered_attempts = recovered_attempts - iif(old.outcome = 'recovered', old.attempts, 0),
        gave_up = gave_up - (old.outcome = 'gave_up'), fallbacks = fallbacks - (old.fallback_model <> ''),
        wait_ms = wait_ms - coalesce(old.wait_ms, 0), waited_chains = waited_chains - (old.wait_ms IS NOT NULL)
    WHERE hour = substr(old.started_at, 1, 13) AND agent_name = old.agent_name AND project = old.project
        AND model = old.model AND kind = old.kind AND reason = old.reason;
    DELETE FROM retry_hours WHERE hour = substr(old.started_at, 1, 13) AND agent_name = old.agent_name
        AND project = old.project AND model = old.model AND kind = old.kind AND reason = old.reason AND chains <= 0;
END;
CREATE TABLE file_accesses (
    id INTEGER PRIMARY KEY,
    step_number INTEGER,
    agent_name TEXT NOT NULL DEFAULT '',
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    project TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('read', 'edit')),
    at TEXT NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE INDEX file_accesses_by_path ON file_accesses (project, path, action, at) WHERE is_copy = 0;
CREATE INDEX file_accesses_by_time ON file_accesses (project, at, path, action, tokens, agent_name) WHERE is_copy = 0;
CREATE TABLE file_sums (
    project TEXT NOT NULL,
    path TEXT NOT NULL,
    uses INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    edits INTEGER NOT NULL,
    read_tokens INTEGER NOT NULL,
    edit_tokens INTEGER NOT NULL,
    last_read_at TEXT,
    last_edit_at TEXT,
    PRIMARY KEY (project, path)
) WITHOUT ROWID;
CREATE INDEX file_sums_by_uses ON file_sums (project, uses);
CREATE INDEX file_sums_by_reads ON file_sums (project, reads);
CREATE INDEX file_sums_by_edits ON file_sums (project, edits);
CREATE TRIGGER file_accesses_added AFTER INSERT ON file_accesses WHEN new.is_copy = 0 BEGIN
    INSERT INTO file_sums VALUES (new.project, new.path, 1, new.action = 'read', new.action = 'edit',
        iif(new.action = 'read', new.tokens, 0), iif(new.action = 'edit', new.tokens, 0),
        iif(new.action = 'read', new.at, NULL), iif(new.action = 'edit', new.at, NULL))
    ON CONFLICT DO UPDATE SET uses = uses + 1, reads = reads + excluded.reads, edits = edits + excluded.edits,
        read_tokens = read_tokens + excluded.read_tokens, edit_tokens = edit_tokens + excluded.edit_tokens,
        last_read_at = max(coalesce(last_read_at, excluded.last_read_at), coalesce(excluded.last_read_at, last_read_at)),
        last_edit_at = max(coalesce(last_edit_at, excluded.last_edit_at), coalesce(excluded.last_edit_at, last_edit_at));
END;
CREATE TRIGGER file_accesses_gone AFTER DELETE ON file_accesses WHEN old.is_copy = 0 BEGIN
    UPDATE file_sums SET uses = uses - 1, reads = reads - (old.action = 'read'), edits = edits - (old.action = 'edit'),
        read_tokens = read_tokens - iif(old.action = 'read', old.tokens, 0),
        edit_tokens = edit_tokens - iif(old.action = 'edit', old.tokens, 0),
        last_read_at = (SELECT max(a.at) FROM file_accesses AS a WHERE a.project = old.project AND a.path = old.path
            AND a.action = 'read' AND a.is_copy = 0),
        last_edit_at = (SELECT max(a.at) FROM file_accesses AS a WHERE a.project = old.project AND a.path = old.path
            AND a.action = 'edit' AND a.is_copy = 0)
    WHERE project = old.project AND path = old.path;
    DELETE FROM file_sums WHERE project = old.project AND path = old.path AND uses <= 0;
END;
CREATE TABLE context_use (
    id INTEGER PRIMARY KEY,
    used_tokens INTEGER,
    peak_tokens INTEGER,
    window_tokens INTEGER,
    system_tokens INTEGER NOT NULL,
    file_tokens INTEGER NOT NULL,
    tool_tokens INTEGER NOT NULL,
    conversation_tokens INTEGER NOT NULL,
    compactions INTEGER NOT NULL,
    overflows INTEGER NOT NULL
, is_window_inferred INTEGER NOT NULL DEFAULT 0 CHECK (is_window_inferred IN (0, 1)));
CREATE TABLE codebases (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL UNIQUE,
    indexed_at TEXT NOT NULL,
    build_ms INTEGER NOT NULL,
    counted_files INTEGER NOT NULL,
    is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    code INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    blanks INTEGER NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE INDEX codebases_by_code ON codebases (code);
CREATE TABLE codebase_types (
    codebase_id INTEGER NOT NULL REFERENCES codebases (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    code INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    blanks INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (codebase_id, type)
) WITHOUT ROWID;
CREATE TABLE codebase_files (
    codebase_id INTEGER NOT NULL REFERENCES codebases (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    code INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    blanks INTEGER NOT NULL,
    PRIMARY KEY (codebase_id, path)
) WITHOUT ROWID;
CREATE INDEX codebase_files_by_size ON codebase_files (codebase_id, bytes);
CREATE INDEX usage_by_time ON token_usage (at) WHERE is_counted = 1;
CREATE INDEX test_runs_compared ON test_runs (project, suite, framework, unit, at, failed, total DESC, passed DESC)
    WHERE is_copy = 0 AND selection = '' AND passed + failed > 0;
CREATE TABLE project_changes (
    id INTEGER PRIMARY KEY,
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    project TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX project_changes_by_time ON project_changes (project, at) WHERE is_copy = 0;
CREATE TRIGGER test_runs_added AFTER INSERT ON test_runs WHEN new.is_copy = 0 BEGIN
    INSERT INTO test_suites VALUES (new.project, new.suite, new.framework, new.unit, 1, new.passed, new.failed,
        new.skipped, coalesce(new.duration_ms, 0), new.duration_ms IS NOT NULL,
        coalesce(new.exit_failed, new.failed > 0))
    ON CONFLICT DO UPDATE SET runs = runs + 1, passed = passed + excluded.passed, failed = failed + excluded.failed,
        skipped = skipped + excluded.skipped, duration_ms = duration_ms + excluded.duration_ms,
        timed_runs = timed_runs + excluded.timed_runs, red_runs = red_runs + excluded.red_runs;
    INSERT INTO test_days VALUES (substr(new.at, 1, 10), new.project, new.agent_name, new.model, 1, new.passed,
        new.failed, new.skipped, coalesce(new.exit_failed, new.failed > 0))
    ON CONFLICT DO UPDATE SET runs = runs + 1, passed = passed + excluded.passed, failed = failed + excluded.failed,
        skipped = skipped + excluded.skipped, red_runs = red_runs + excluded.red_runs;
    UPDATE trajectory_summaries SET test_runs = test_runs + 1,
        red_test_runs = red_test_runs + coalesce(new.exit_failed, new.failed > 0),
        tests_run = tests_run + new.passed + new.failed, tests_passed = tests_passed + new.passed,
        tests_failed = tests_failed + new.failed, tests_skipped = tests_skipped + new.skipped
    WHERE trajectory_id = new.id >> 40;
END;
CREATE TRIGGER test_runs_gone AFTER DELETE ON test_runs WHEN old.is_copy = 0 BEGIN
    UPDATE test_suites SET runs = runs - 1, passed = passed - old.passed, failed = failed - old.failed,
        skipped = skipped - old.skipped, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
        timed_runs = timed_runs - (old.duration_ms IS NOT NULL),
        red_runs = red_runs - coalesce(old.exit_failed, old.failed > 0)
    WHERE project = old.project AND suite = old.suite AND framework = old.framework AND unit = old.unit;
    DELETE FROM test_suites WHERE project = old.project AND suite = old.suite AND framework = old.framework
        AND unit = old.unit AND runs <= 0;
    UPDATE test_days SET runs = runs - 1, passed = passed - old.passed, failed = failed - old.failed,
        skipped = skipped - old.skipped, red_runs = red_runs - coalesce(old.exit_failed, old.failed > 0)
    WHERE day = substr(old.at, 1, 10) AND project = old.project AND agent_name = old.agent_name AND model = old.model;
    DELETE FROM test_days WHERE day = substr(old.at, 1, 10) AND project = old.project
        AND agent_name = old.agent_name AND model = old.model AND runs <= 0;
    UPDATE trajectory_summaries SET test_runs = test_runs - 1,
        red_test_runs = red_test_runs - coalesce(old.exit_failed, old.failed > 0),
        tests_run = tests_run - old.passed - old.failed, tests_passed = tests_passed - old.passed,
        tests_failed = tests_failed - old.failed, tests_skipped = tests_skipped - old.skipped
    WHERE trajectory_id = old.id >> 40;
END;
CREATE TRIGGER test_runs_added_compared AFTER INSERT ON test_runs
WHEN new.is_copy = 0 AND new.selection = '' AND new.passed + new.failed > 0 BEGIN
    UPDATE test_runs SET drop_points = (SELECT b.pass_rate FROM test_runs AS b
            WHERE b.project = new.project AND b.suite = new.suite AND b.framework = new.framework
            AND b.unit = new.unit AND b.is_copy = 0 AND b.selection = ''
            AND b.passed + b.failed > 0 AND b.at < new.at
            ORDER BY b.at DESC, b.failed DESC, b.total, b.passed LIMIT 1) - pass_rate
    WHERE id = new.id;
END;
CREATE TRIGGER test_runs_added_before_next AFTER INSERT ON test_runs
WHEN new.is_copy = 0 AND new.selection = '' AND new.passed + new.failed > 0
    AND coalesce((new.failed, -new.total, -new.passed) > (SELECT s.failed, -s.total, -s.passed FROM test_runs AS s
        WHERE s.project = new.project AND s.suite = new.suite AND s.framework = new.framework
            AND s.unit = new.unit AND s.is_copy = 0 AND s.selection = ''
            AND s.passed + s.failed > 0 AND s.at = new.at AND s.id <> new.id
        ORDER BY s.failed DESC, s.total, s.passed LIMIT 1), 1) BEGIN
    UPDATE test_runs SET drop_points = (SELECT b.pass_rate FROM test_runs AS b
            WHERE b.project = new.project AND b.suite = new.suite AND b.framework = new.framework
            AND b.unit = new.unit AND b.is_copy = 0 AND b.selection = ''
            AND b.passed + b.failed > 0 AND b.at < test_runs.at
            ORDER BY b.at DESC, b.failed DESC, b.total, b.passed LIMIT 1) - pass_rate
    WHERE project = new.project AND suite = new.suite AND framework = new.framework AND unit = new.unit AND is_copy = 0
        AND selection = '' AND passed + failed > 0 AND at = (SELECT min(n.at) FROM test_runs AS n
            WHERE n.project = new.project AND n.suite = new.suite AND n.framework = new.framework
            AND n.unit = new.unit AND n.is_copy = 0 AND n.selection = ''
            AND n.passed + n.failed > 0 AND n.at > new.at);
END;
CREATE TRIGGER test_runs_gone_before_next AFTER DELETE ON test_runs
WHEN old.is_copy = 0 AND old.selection = '' AND old.passed + old.failed > 0
    AND coalesce((old.failed, -old.total, -old.passed) > (SELECT s.failed, -s.total, -s.passed FROM test_runs AS s
        WHERE s.project = old.project AND s.suite = old.suite AND s.framework = old.framework
            AND s.unit = old.unit AND s.is_copy = 0 AND s.selection = ''
            AND s.passed + s.failed > 0 AND s.at = old.at
        ORDER BY s.failed DESC, s.total, s.passed LIMIT 1), 1) BEGIN
    UPDATE test_runs SET drop_points = (SELECT b.pass_rate FROM test_runs AS b
            WHERE b.project = old.project AND b.suite = old.suite AND b.framework = old.framework
            AND b.unit = old.unit AND b.is_copy = 0 AND b.selection = ''
            AND b.passed + b.failed > 0 AND b.at < test_runs.at
            ORDER BY b.at DESC, b.failed DESC, b.total, b.passed LIMIT 1) - pass_rate
    WHERE project = old.project AND suite = old.suite AND framework = old.framework AND unit = old.unit AND is_copy = 0
        AND selection = '' AND passed + failed > 0 AND at = (SELECT min(n.at) FROM test_runs AS n
            WHERE n.project = old.project AND n.suite = old.suite AND n.framework = old.framework
            AND n.unit = old.unit AND n.is_copy = 0 AND n.selection = ''
            AND n.passed + n.failed > 0 AND n.at > old.at);
END;
CREATE TRIGGER retry_chains_summed AFTER INSERT ON retry_chains WHEN new.is_copy = 0 BEGIN
    UPDATE trajectory_summaries SET retry_chains = retry_chains + 1,
        max_retries_hit = max_retries_hit + new.is_exhausted,
        model_fallbacks = model_fallbacks + (new.fallback_model <> '')
    WHERE trajectory_id = new.id >> 40;
END;
CREATE TRIGGER retry_chains_unsummed AFTER DELETE ON retry_chains WHEN old.is_copy = 0 BEGIN
    UPDATE trajectory_summaries SET retry_chains = retry_chains - 1,
        max_retries_hit = max_retries_hit - old.is_exhausted,
        model_fallbacks = model_fallbacks - (old.fallback_model <> '')
    WHERE trajectory_id = old.id >> 40;
END;
CREATE UNIQUE INDEX artifacts_by_file ON consensus_artifacts (file_id, file_row) WHERE file_id IS NOT NULL;
CREATE TABLE plain_queue (
    trajectory_id INTEGER PRIMARY KEY
);
CREATE TABLE plain_turns (
    given_id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL
);
CREATE TRIGGER trajectories_plain AFTER INSERT ON trajectories WHEN NEW.source = '' AND NEW.spec_id <> ''
BEGIN
    INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (NEW.id);
    UPDATE trajectories SET source = 'logger', native_id = lower(hex(randomblob(16))), entrypoint = 'sql'
        WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id) VALUES (NEW.id);
END;
CREATE TRIGGER turns_plain AFTER INSERT ON trajectory_turns
WHEN NEW.id <> (NEW.trajectory_id << 20) + NEW.turn_number
    OR (NEW.prompt_length = 0 AND NEW.prompt <> '') OR (NEW.response_length = 0 AND NEW.response <> '')
BEGIN
    SELECT RAISE(ABORT, 'turn_number is not between 0 and 1048575') WHERE NEW.turn_number NOT BETWEEN 0 AND 1048575;
    UPDATE trajectory_turns SET id = (NEW.trajectory_id << 20) + NEW.turn_number, origin = 'logged',
        ended_at = coalesce(ended_at, timestamp), prompt_length = length(prompt), response_length = length(response)
        WHERE id = NEW.id;
    INSERT OR REPLACE INTO plain_turns (given_id, turn_id)
        SELECT NEW.id, (NEW.trajectory_id << 20) + NEW.turn_number
        WHERE NEW.id <> (NEW.trajectory_id << 20) + NEW.turn_number;
    INSERT OR IGNORE INTO search_queue (turn_id) VALUES ((NEW.trajectory_id << 20) + NEW.turn_number);
    INSERT OR IGNORE INTO plain_queue (trajectory_id) VALUES (NEW.trajectory_id);
END;
CREATE TRIGGER questions_plain AFTER INSERT ON trajectory_questions
WHEN NEW.asked_at IS NULL AND NEW.method = '' AND NEW.rule = '' AND NEW.step_key = ''
BEGIN
    UPDATE trajectory_questions SET turn_id = (SELECT p.turn_id FROM plain_turns AS p WHERE p.given_id = NEW.turn_id)
        WHERE id = NEW.id AND NOT EXISTS (SELECT 1 FROM trajectory_turns AS t WHERE t.id = NEW.turn_id)
        AND EXISTS (SELECT 1 FROM plain_turns AS p WHERE p.given_id = NEW.turn_id);
    UPDATE trajectory_questions SET
        effort_level = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), lower(trim(NEW.effort_level)),
            'medium'),
        method = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), 'stated', ''),
        rule = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), 'stated', ''),
        asked_at = coalesce((SELECT t.timestamp FROM trajectory_turns AS t WHERE t.id = turn_id),
            strftime('%Y-%m-%d %H:%M:%f', 'now'))
        WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id)
        SELECT q.turn_id >> 20 FROM trajectory_questions AS q WHERE q.id = NEW.id;
    UPDATE trajectory_questions SET id = (turn_id << 20) + 1 + coalesce((
            SELECT max(o.id) & 1048575 FROM trajectory_questions AS o WHERE o.id <> NEW.id
            AND o.id >= trajectory_questions.turn_id << 20 AND o.id < (trajectory_questions.turn_id << 20) + 524288), 0)
        WHERE id = NEW.id AND (id >> 20 <> turn_id OR id & 1048575 >= 524288);
END;
CREATE TRIGGER violations_plain AFTER INSERT ON trajectory_violations WHEN NEW.method = ''
BEGIN
    UPDATE trajectory_violations SET turn_id = (SELECT p.turn_id FROM plain_turns AS p WHERE p.given_id = NEW.turn_id)
        WHERE id = NEW.id AND NOT EXISTS (SELECT 1 FROM trajectory_turns AS t WHERE t.id = NEW.turn_id)
        AND EXISTS (SELECT 1 FROM plain_turns AS p WHERE p.given_id = NEW.turn_id);
    UPDATE trajectory_violations SET method = 'stated', source = 'stated' WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id)
        SELECT v.turn_id >> 20 FROM trajectory_violations AS v WHERE v.id = NEW.id;
    UPDATE trajectory_violations SET id = (turn_id << 20) + 1 + coalesce((
            SELECT max(o.id) & 1048575 FROM trajectory_violations AS o WHERE o.id <> NEW.id
            AND o.id >= trajectory_violations.turn_id << 20 AND o.id < (trajectory_violations.turn_id << 20) + 524288),
            0)
        WHERE id = NEW.id AND (id >> 20 <> turn_id OR id & 1048575 >= 524288);
END;
CREATE TRIGGER artifacts_plain AFTER INSERT ON consensus_artifacts
WHEN NEW.trajectory_id IS NULL AND NEW.file_id IS NULL
BEGIN
    INSERT OR IGNORE INTO plain_queue (trajectory_id) SELECT t.id FROM trajectories AS t
        WHERE t.spec_id = NEW.spec_id AND t.agent_name = NEW.agent_name AND t.entrypoint = 'sql';
END;
CREATE INDEX turns_by_stated_tokens ON trajectory_turns (timestamp) WHERE token_count IS NOT NULL AND requests = 0;
CREATE TABLE usage_minutes (
    minute TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (minute, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
CREATE TABLE usage_hours (
    hour TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
CREATE TABLE project_hours (
    hour TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, project, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
CREATE TABLE project_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, project, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
CREATE TABLE session_hours (
    hour TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    root_id INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, trajectory_id, model, reasoning_effort)
) WITHOUT ROWID;
CREATE INDEX session_hours_by_trajectory ON session_hours (trajectory_id);
CREATE INDEX session_hours_by_root ON session_hours (root_id);
CREATE TABLE session_days (
    day TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    root_id INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, trajectory_id, model, reasoning_effort)
) WITHOUT ROWID;
CREATE INDEX session_days_by_trajectory ON session_days (trajectory_id);
CREATE INDEX session_days_by_root ON session_days (root_id);
CREATE VIRTUAL TABLE search_split USING fts5 (body, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIEW search_texts AS
    SELECT s.id AS id,
           CASE WHEN s.text_start >= 1099511627776
                THEN (SELECT q.question_text FROM trajectory_questions AS q
                      WHERE q.id = (s.turn_id << 20) + s.text_start - 1099511627776)
                WHEN s.text_start < 0 THEN substr(t.prompt, -s.text_start, s.text_end + s.text_start + 1)
                ELSE substr(t.response, s.text_start + 1, s.text_end - s.text_start) END AS body
    FROM search_segments AS s JOIN trajectory_turns AS t ON t.id = s.turn_id;
CREATE TRIGGER questions_to_search AFTER INSERT ON trajectory_questions WHEN new.source <> 'text' BEGIN
    INSERT OR IGNORE INTO search_queue (turn_id) VALUES (new.turn_id);
END;
CREATE TABLE project_folders (
    folder TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    worktree TEXT NOT NULL DEFAULT '',
    sub_folder TEXT NOT NULL DEFAULT '',
    -- Of the repository, with as much of its path as tells it from others.
    name TEXT NOT NULL,
    -- The name with worktree and sub-folder.
    label TEXT NOT NULL,
    -- The folder was there when it was looked at.
    is_seen INTEGER NOT NULL DEFAULT 0 CHECK (is_seen IN (0, 1)),
    -- It was looked at.
    is_settled INTEGER NOT NULL DEFAULT 0 CHECK (is_settled IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX project_folders_by_repository ON project_folders (repository);
CREATE INDEX project_folders_unsettled ON project_folders (folder) WHERE is_settled = 0;
CREATE TRIGGER trajectories_folder_inserted AFTER INSERT ON trajectories WHEN new.project <> '' BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
CREATE TRIGGER trajectories_folder_changed AFTER UPDATE OF project ON trajectories
WHEN new.project <> '' AND new.project IS NOT old.project BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
CREATE TRIGGER codebases_folder_inserted AFTER INSERT ON codebases WHEN new.project <> '' BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
CREATE INDEX turns_untimed ON trajectory_turns (trajectory_id) WHERE latency_ms IS NULL AND is_copy = 0;
CREATE TRIGGER summaries_of_children AFTER INSERT ON trajectory_summaries
WHEN new.is_child <> EXISTS (SELECT 1 FROM trajectories WHERE id = new.trajectory_id AND parent_id IS NOT NULL) BEGIN
    UPDATE trajectory_summaries SET is_child = 1 - new.is_child WHERE trajectory_id = new.trajectory_id;
END;
CREATE TRIGGER trajectories_parent_changed AFTER UPDATE OF parent_id ON trajectories
WHEN (new.parent_id IS NULL) <> (old.parent_id IS NULL) BEGIN
    UPDATE trajectory_summaries SET is_child = new.parent_id IS NOT NULL WHERE trajectory_id = new.id;
END;
CREATE INDEX summaries_by_time ON trajectory_summaries (last_at, is_child, tree_cost_micros, tree_input_tokens,
    tree_output_tokens, tree_cache_read_tokens, tree_cache_write_tokens, tree_stated_tokens, turns, steps, failed_steps,
    retries, low_questions, medium_questions, high_questions, violations, cache_read_tokens, input_tokens,
    context_tokens, context_window);
CREATE INDEX sessions_by_time ON trajectory_summaries (last_at) WHERE is_child = 0;
CREATE INDEX sessions_by_cost ON trajectory_summaries (tree_cost_micros) WHERE is_child = 0;
CREATE INDEX sessions_by_tokens ON trajectory_summaries (tree_input_tokens + tree_output_tokens
    + tree_cache_read_tokens + tree_cache_write_tokens + tree_stated_tokens) WHERE is_child = 0;
CREATE INDEX sessions_by_turns ON trajectory_summaries (turns) WHERE is_child = 0;
CREATE INDEX sessions_by_questions ON trajectory_summaries (low_questions + medium_questions + high_questions)
    WHERE is_child = 0;
CREATE INDEX sessions_by_errors ON trajectory_summaries (failed_steps + retries) WHERE is_child = 0;
CREATE INDEX trajectories_by_parent ON trajectories (parent_id, created_at);
CREATE INDEX trajectories_by_agent ON trajectories (agent_name, parent_id);
CREATE INDEX trajectories_by_project ON trajectories (project, parent_id);
CREATE TRIGGER turns_first_prompt_added AFTER INSERT ON trajectory_turns
WHEN new.id & 1048575 < 4 AND new.prompt <> '' BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = new.id >> 20;
END;
CREATE TRIGGER turns_first_prompt_changed AFTER UPDATE OF id, prompt, origin ON trajectory_turns
WHEN new.id & 1048575 < 4 AND (new.id, new.prompt, new.origin) IS NOT (old.id, old.prompt, old.origin) BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = new.id >> 20;
END;
CREATE TRIGGER turns_first_prompt_gone AFTER DELETE ON trajectory_turns
WHEN old.id & 1048575 < 4 AND old.prompt <> '' BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = old.id >> 20;
END;
CREATE INDEX source_files_by_health ON source_files (source, health, offset);
CREATE INDEX source_files_troubled ON source_files (source) WHERE health NOT IN ('ok', 'new');
CREATE INDEX source_files_silent ON source_files (source) WHERE silent_records > 1;
CREATE INDEX trajectories_by_version ON trajectories (source, agent_version);
CREATE VIRTUAL TABLE search_index_words USING fts5vocab (search_index, instance);
CREATE TABLE total_hours (
    hour TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour)
) WITHOUT ROWID;
CREATE TABLE usage_days (
    day TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
CREATE TABLE folder_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, project)
) WITHOUT ROWID;
CREATE TABLE folder_months (
    month TEXT NOT NULL,
    project TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (month, project)
) WITHOUT ROWID;
CREATE TABLE logged_states (
    trajectory_id INTEGER PRIMARY KEY REFERENCES trajectories (id) ON DELETE CASCADE,
    state BLOB NOT NULL
);
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    since TEXT NOT NULL,
    -- When the rule began to hold: percent, dollars or a count, as the rule has it.
    value REAL NOT NULL,
    -- NULL while the rule holds.
    until TEXT
);
CREATE UNIQUE INDEX alerts_open ON alerts (trajectory_id, rule) WHERE until IS NULL;
CREATE INDEX alerts_by_time ON alerts (since);
CREATE INDEX alerts_by_trajectory ON alerts (trajectory_id);
CREATE TABLE pull_requests (
    id INTEGER PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('created', 'merged', 'linked')),
    url TEXT NOT NULL,
    -- What a merge named where no URL is known: #12, owner/name#12, or '' for the one of the current branch.
    reference TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX pull_requests_by_time ON pull_requests (at);
CREATE INDEX pull_requests_by_url ON pull_requests (url);
CREATE TABLE trajectory_metadata (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (trajectory_id, name)
) WITHOUT ROWID;
CREATE INDEX trajectory_metadata_by_value ON trajectory_metadata (name, value);
CREATE TABLE performance_events (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type <> ''),
    agent_id TEXT NOT NULL DEFAULT '',
    agent_version TEXT NOT NULL DEFAULT '',
    task_id TEXT NOT NULL DEFAULT '',
    task_type TEXT NOT NULL DEFAULT '',
    success INTEGER CHECK (success IN (0, 1)),
    quality REAL,
    duration_ms INTEGER,
    tokens INTEGER,
    cost_micros INTEGER,
    -- All fields of the event, a JSON object.
    data TEXT NOT NULL,
    -- Fields that name somebody, as the program declared them: a JSON array.
    identifiers TEXT NOT NULL DEFAULT '[]',
    is_anonymized INTEGER NOT NULL DEFAULT 0 CHECK (is_anonymized IN (0, 1))
);
CREATE INDEX performance_by_time ON performance_events (at);
CREATE INDEX performance_executions ON performance_events (at, agent_id, agent_version, task_type, task_id, success,
    duration_ms, cost_micros, quality, tokens) WHERE type = 'task-execution';
CREATE TABLE agents (
    agent_id TEXT PRIMARY KEY,
    registered_at TEXT,
    capabilities TEXT NOT NULL DEFAULT '[]',
    agent_version TEXT NOT NULL DEFAULT '',
    baseline_latency_ms REAL,
    baseline_accuracy REAL,
    baseline_cost_usd REAL,
    baseline_reliability REAL,
    status TEXT NOT NULL DEFAULT '' CHECK (status IN ('', 'available', 'busy', 'offline', 'maintenance')),
    status_reason TEXT NOT NULL DEFAULT '',
    status_at TEXT,
    -- Of its first and its last event.
    first_at TEXT,
    last_at TEXT
) WITHOUT ROWID;
CREATE TRIGGER agents_of_new AFTER INSERT ON trajectories WHEN NEW.agent_name NOT IN ('', 'unknown') BEGIN
    INSERT INTO agents (agent_id) SELECT NEW.agent_name
        WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agent_id = NEW.agent_name);
END;
CREATE TRIGGER agents_of_renamed AFTER UPDATE OF agent_name ON trajectories
    WHEN NEW.agent_name <> OLD.agent_name AND NEW.agent_name NOT IN ('', 'unknown') BEGIN
    INSERT INTO agents (agent_id) SELECT NEW.agent_name
        WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agent_id = NEW.agent_name);
END;
CREATE TABLE agent_decisions (
    decision_id INTEGER PRIMARY KEY,
    run_id INTEGER GENERATED ALWAYS AS (decision_id >> 40) VIRTUAL,
    -- The step's number in its turn; NULL where the decision belongs to no single step.
    step_number INTEGER CHECK (step_number BETWEEN 1 AND 1048575),
    step_id INTEGER GENERATED ALWAYS AS (((decision_id >> 20) << 20) | step_number) VIRTUAL,
    decision_type TEXT NOT NULL,
    selected TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    confidence REAL CHECK (confidence BETWEEN 0 AND 1),
    metadata TEXT NOT NULL DEFAULT '{}',
    candidates TEXT NOT NULL DEFAULT '[]',
    recorded_at TEXT NOT NULL CHECK (recorded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
        AND length(recorded_at) <= 32),
    created_at TEXT GENERATED ALWAYS AS (recorded_at) VIRTUAL,
    source TEXT NOT NULL DEFAULT 'stated' CHECK (source IN ('stated', 'derived')),
    -- Version of the rules that derived it, 0 for what a program stated.
    rules INTEGER NOT NULL DEFAULT 0 CHECK (rules >= 0 AND (rules > 0) = (source = 'derived')),
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1))
);
CREATE INDEX agent_decisions_by_run ON agent_decisions (run_id) WHERE source = 'stated';
CREATE INDEX agent_decisions_by_step ON agent_decisions (step_id) WHERE source = 'stated';
CREATE INDEX agent_decisions_by_type ON agent_decisions (decision_type) WHERE source = 'stated';
CREATE INDEX agent_decisions_by_reason ON agent_decisions (reason_code) WHERE source = 'stated';
CREATE INDEX agent_decisions_by_type_reason ON agent_decisions (decision_type, reason_code) WHERE source = 'stated';
CREATE INDEX agent_decisions_by_time ON agent_decisions (recorded_at) WHERE source = 'stated';
CREATE TABLE agent_quality_signals (
    signal_id INTEGER PRIMARY KEY,
    run_id INTEGER GENERATED ALWAYS AS (signal_id >> 40) VIRTUAL,
    step_number INTEGER CHECK (step_number BETWEEN 1 AND 1048575),
    step_id INTEGER GENERATED ALWAYS AS (((signal_id >> 20) << 20) | step_number) VIRTUAL,
    signal_type TEXT NOT NULL,
    signal_code TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value IN (0, 1)),
    weight REAL CHECK (weight BETWEEN 0 AND 1),
    metadata TEXT NOT NULL DEFAULT '{}',
    recorded_at TEXT NOT NULL CHECK (recorded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
        AND length(recorded_at) <= 32),
    created_at TEXT GENERATED ALWAYS AS (recorded_at) VIRTUAL,
    source TEXT NOT NULL DEFAULT 'stated' CHECK (source IN ('stated', 'derived')),
    rules INTEGER NOT NULL DEFAULT 0 CHECK (rules >= 0 AND (rules > 0) = (source = 'derived')),
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1))
);
CREATE INDEX agent_quality_signals_by_run ON agent_quality_signals (run_id) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_step ON agent_quality_signals (step_id) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_type ON agent_quality_signals (signal_type) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_code ON agent_quality_signals (signal_code) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_type_code ON agent_quality_signals (signal_type, signal_code) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_value ON agent_quality_signals (signal_type, signal_code, value) WHERE source = 'stated';
CREATE INDEX agent_quality_signals_by_time ON agent_quality_signals (recorded_at) WHERE source = 'stated';
CREATE TABLE decision_counts (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    decision_type TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    source TEXT NOT NULL,
    decisions INTEGER NOT NULL,
    -- Decisions that state a confidence, and the sum of these in millionths.
    confident INTEGER NOT NULL,
    confidence_micros INTEGER NOT NULL,
    PRIMARY KEY (trajectory_id, decision_type, reason_code, source)
) WITHOUT ROWID;
CREATE TABLE signal_counts (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    signal_type TEXT NOT NULL,
    signal_code TEXT NOT NULL,
    source TEXT NOT NULL,
    true_count INTEGER NOT NULL,
    false_count INTEGER NOT NULL,
    PRIMARY KEY (trajectory_id, signal_type, signal_code, source)
) WITHOUT ROWID;
CREATE TRIGGER agent_decisions_added AFTER INSERT ON agent_decisions WHEN NEW.is_copy = 0 BEGIN
    INSERT INTO decision_counts VALUES (NEW.decision_id >> 40, NEW.decision_type, NEW.reason_code, NEW.source, 1,
        NEW.confidence IS NOT NULL, CAST(round(coalesce(NEW.confidence, 0) * 1000000) AS INTEGER))
    ON CONFLICT DO UPDATE SET decisions = decisions + 1, confident = confident + excluded.confident,
        confidence_micros = confidence_micros + excluded.confidence_micros;
END;
CREATE TRIGGER agent_decisions_gone AFTER DELETE ON agent_decisions WHEN OLD.is_copy = 0 BEGIN
    UPDATE decision_counts SET decisions = decisions - 1, confident = confident - (OLD.confidence IS NOT NULL),
        confidence_micros = confidence_micros - CAST(round(coalesce(OLD.confidence, 0) * 1000000) AS INTEGER)
    WHERE trajectory_id = OLD.decision_id >> 40 AND decision_type = OLD.decision_type
        AND reason_code = OLD.reason_code AND source = OLD.source;
    DELETE FROM decision_counts WHERE trajectory_id = OLD.decision_id >> 40 AND decision_type = OLD.decision_type
        AND reason_code = OLD.reason_code AND source = OLD.source AND decisions <= 0;
END;
CREATE TRIGGER agent_decisions_changed AFTER UPDATE ON agent_decisions BEGIN
    UPDATE decision_counts SET decisions = decisions - 1, confident = confident - (OLD.confidence IS NOT NULL),
        confidence_micros = confidence_micros - CAST(round(coalesce(OLD.confidence, 0) * 1000000) AS INTEGER)
    WHERE OLD.is_copy = 0 AND trajectory_id = OLD.decision_id >> 40 AND decision_type = OLD.decision_type
        AND reason_code = OLD.reason_code AND source = OLD.source;
    INSERT INTO decision_counts SELECT NEW.decision_id >> 40, NEW.decision_type, NEW.reason_code, NEW.source, 1,
        NEW.confidence IS NOT NULL, CAST(round(coalesce(NEW.confidence, 0) * 1000000) AS INTEGER)
    WHERE NEW.is_copy = 0
    ON CONFLICT DO UPDATE SET decisions = decisions + 1, confident = confident + excluded.confident,
        confidence_micros = confidence_micros + excluded.confidence_micros;
    DELETE FROM decision_counts WHERE trajectory_id = OLD.decision_id >> 40 AND decisions <= 0;
END;
CREATE TRIGGER agent_quality_signals_added AFTER INSERT ON agent_quality_signals WHEN NEW.is_copy = 0 BEGIN
    INSERT INTO signal_counts VALUES (NEW.signal_id >> 40, NEW.signal_type, NEW.signal_code, NEW.source, NEW.value,
        1 - NEW.value)
    ON CONFLICT DO UPDATE SET true_count = true_count + excluded.true_count,
        false_count = false_count + excluded.false_count;
END;
CREATE TRIGGER agent_quality_signals_gone AFTER DELETE ON agent_quality_signals WHEN OLD.is_copy = 0 BEGIN
    UPDATE signal_counts SET true_count = true_count - OLD.value, false_count = false_count - 1 + OLD.value
    WHERE trajectory_id = OLD.signal_id >> 40 AND signal_type = OLD.signal_type
        AND signal_code = OLD.signal_code AND source = OLD.source;
    DELETE FROM signal_counts WHERE trajectory_id = OLD.signal_id >> 40 AND signal_type = OLD.signal_type
        AND signal_code = OLD.signal_code AND source = OLD.source AND true_count + false_count <= 0;
END;
CREATE TRIGGER agent_quality_signals_changed AFTER UPDATE ON agent_quality_signals BEGIN
    UPDATE signal_counts SET true_count = true_count - OLD.value, false_count = false_count - 1 + OLD.value
    WHERE OLD.is_copy = 0 AND trajectory_id = OLD.signal_id >> 40 AND signal_type = OLD.signal_type
        AND signal_code = OLD.signal_code AND source = OLD.source;
    INSERT INTO signal_counts SELECT NEW.signal_id >> 40, NEW.signal_type, NEW.signal_code, NEW.source, NEW.value,
        1 - NEW.value
    WHERE NEW.is_copy = 0
    ON CONFLICT DO UPDATE SET true_count = true_count + excluded.true_count,
        false_count = false_count + excluded.false_count;
    DELETE FROM signal_counts WHERE trajectory_id = OLD.signal_id >> 40 AND true_count + false_count <= 0;
END;
CREATE TRIGGER agent_decisions_insert_checked BEFORE INSERT ON agent_decisions BEGIN
    SELECT CASE
        WHEN typeof(NEW.decision_type) <> 'text' OR NEW.decision_type GLOB '*[^a-z_]*' OR NOT instr('|tool_selection|retrieval_strategy|response_mode|retry_strategy|orchestration_path|', '|' || NEW.decision_type || '|')
            THEN RAISE(ABORT, 'decision: there is no such type')
        WHEN typeof(NEW.reason_code) <> 'text' OR NEW.reason_code GLOB '*[^a-z_]*' OR NOT instr('|tool_selection/fresh_data_required|tool_selection/cached_data_sufficient|tool_selection/tool_unavailable|tool_selection/cost_optimization|tool_selection/latency_optimization|tool_selection/accuracy_required|retrieval_strategy/semantic_search_preferred|retrieval_strategy/keyword_match_sufficient|retrieval_strategy/hybrid_approach_needed|retrieval_strategy/filter_applied|retrieval_strategy/rerank_required|response_mode/streaming_requested|response_mode/batch_preferred|response_mode/format_constraint|response_mode/length_constraint|retry_strategy/transient_error_detected|retry_strategy/rate_limit_encountered|retry_strategy/no_retry_terminal_error|retry_strategy/retry_budget_exhausted|retry_strategy/backoff_required|orchestration_path/sequential_required|orchestration_path/parallel_preferred|orchestration_path/conditional_branch|orchestration_path/early_exit|orchestration_path/fallback_path|', '|' || NEW.decision_type || '/' || NEW.reason_code || '|')
            THEN RAISE(ABORT, 'decision: its type has no such code')
        WHEN typeof(NEW.selected) <> 'text' OR instr(CAST(NEW.selected AS BLOB), x'00') OR length(NEW.selected) > 200 OR NEW.selected NOT GLOB '[A-Za-z0-9_]*' OR NEW.selected GLOB '*[^A-Za-z0-9_.:/@+-]*'
            THEN RAISE(ABORT, 'decision: what was selected is no identifier')
        WHEN NEW.candidates IS NOT '[]' AND CASE WHEN typeof(NEW.candidates) <> 'text' OR instr(CAST(NEW.candidates AS BLOB), x'00') OR length(NEW.candidates) > 8000 OR NEW.candidates GLOB '*\u0000*' OR NEW.candidates GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.candidates, char(9, 10, 13, 32)), 1, 1) <> '[' END
            THEN RAISE(ABORT, 'decision: candidates are no list of identifiers')
        WHEN NEW.candidates <> '[]' AND EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c WHERE c.type <> 'text' OR typeof(c.value) <> 'text' OR instr(CAST(c.value AS BLOB), x'00') OR length(c.value) > 200 OR c.value NOT GLOB '[A-Za-z0-9_]*' OR c.value GLOB '*[^A-Za-z0-9_.:/@+-]*')
            THEN RAISE(ABORT, 'decision: candidates are no list of identifiers')
        WHEN NEW.candidates <> '[]' AND EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c) AND NOT EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c WHERE c.value = NEW.selected)
            THEN RAISE(ABORT, 'decision: what was selected is none of the candidates')
        WHEN NEW.confidence IS NOT NULL AND NOT (typeof(NEW.confidence) = 'real' AND NEW.confidence BETWEEN 0 AND 1)
            THEN RAISE(ABORT, 'decision: confidence or weight is no number from 0 to 1')
        WHEN NEW.metadata IS '{}' THEN NULL
        WHEN NEW.metadata IS NOT '{}' AND CASE WHEN typeof(NEW.metadata) <> 'text' OR instr(CAST(NEW.metadata AS BLOB), x'00') OR length(NEW.metadata) > 8000 OR NEW.metadata GLOB '*\u0000*' OR NEW.metadata GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.metadata, char(9, 10, 13, 32)), 1, 1) <> '{' END
            THEN RAISE(ABORT, 'decision: metadata is no JSON object, or too long')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.key NOT GLOB '[A-Za-z]*' OR m.key GLOB '*[^A-Za-z0-9_.-]*')
            THEN RAISE(ABORT, 'decision: a key of metadata is no plain name')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE lower(m.key) NOT IN ('response_mode') AND (replace(replace(replace(lower(m.key), '_', ''), '.', ''), '-', '') IN ('prompt', 'response', 'reasoning', 'thought', 'message', 'content', 'text', 'output', 'input', 'chainofthought', 'explanation', 'rationale') OR (m.type = 'text' AND (EXISTS (SELECT 1 FROM json_each('["*[^a-z]prompt[^a-z]*", "*[^a-z]prompts[^a-z]*", "*[^a-z]response[^a-z]*", "*[^a-z]responses[^a-z]*", "*[^a-z]reasoning[^a-z]*", "*[^a-z]reasonings[^a-z]*", "*[^a-z]thought[^a-z]*", "*[^a-z]thoughts[^a-z]*", "*[^a-z]message[^a-z]*", "*[^a-z]messages[^a-z]*", "*[^a-z]content[^a-z]*", "*[^a-z]contents[^a-z]*", "*[^a-z]text[^a-z]*", "*[^a-z]texts[^a-z]*", "*[^a-z]output[^a-z]*", "*[^a-z]outputs[^a-z]*", "*[^a-z]input[^a-z]*", "*[^a-z]inputs[^a-z]*", "*[^a-z]explanation[^a-z]*", "*[^a-z]explanations[^a-z]*", "*[^a-z]rationale[^a-z]*", "*[^a-z]rationales[^a-z]*"]') AS p WHERE '_' || lower(m.key) || '_' GLOB p.value) OR EXISTS (SELECT 1 FROM json_each('["*Prompt[^a-z]*", "*[^A-Za-z]prompt[A-Z]*", "*[a-z]PROMPT[^A-Z]*", "*Prompts[^a-z]*", "*[^A-Za-z]prompts[A-Z]*", "*[a-z]PROMPTS[^A-Z]*", "*Response[^a-z]*", "*[^A-Za-z]response[A-Z]*", "*[a-z]RESPONSE[^A-Z]*", "*Responses[^a-z]*", "*[^A-Za-z]responses[A-Z]*", "*[a-z]RESPONSES[^A-Z]*", "*Reasoning[^a-z]*", "*[^A-Za-z]reasoning[A-Z]*", "*[a-z]REASONING[^A-Z]*", "*Reasonings[^a-z]*", "*[^A-Za-z]reasonings[A-Z]*", "*[a-z]REASONINGS[^A-Z]*", "*Thought[^a-z]*", "*[^A-Za-z]thought[A-Z]*", "*[a-z]THOUGHT[^A-Z]*", "*Thoughts[^a-z]*", "*[^A-Za-z]thoughts[A-Z]*", "*[a-z]THOUGHTS[^A-Z]*", "*Message[^a-z]*", "*[^A-Za-z]message[A-Z]*", "*[a-z]MESSAGE[^A-Z]*", "*Messages[^a-z]*", "*[^A-Za-z]messages[A-Z]*", "*[a-z]MESSAGES[^A-Z]*", "*Content[^a-z]*", "*[^A-Za-z]content[A-Z]*", "*[a-z]CONTENT[^A-Z]*", "*Contents[^a-z]*", "*[^A-Za-z]contents[A-Z]*", "*[a-z]CONTENTS[^A-Z]*", "*Text[^a-z]*", "*[^A-Za-z]text[A-Z]*", "*[a-z]TEXT[^A-Z]*", "*Texts[^a-z]*", "*[^A-Za-z]texts[A-Z]*", "*[a-z]TEXTS[^A-Z]*", "*Output[^a-z]*", "*[^A-Za-z]output[A-Z]*", "*[a-z]OUTPUT[^A-Z]*", "*Outputs[^a-z]*", "*[^A-Za-z]outputs[A-Z]*", "*[a-z]OUTPUTS[^A-Z]*", "*Input[^a-z]*", "*[^A-Za-z]input[A-Z]*", "*[a-z]INPUT[^A-Z]*", "*Inputs[^a-z]*", "*[^A-Za-z]inputs[A-Z]*", "*[a-z]INPUTS[^A-Z]*", "*Explanation[^a-z]*", "*[^A-Za-z]explanation[A-Z]*", "*[a-z]EXPLANATION[^A-Z]*", "*Explanations[^a-z]*", "*[^A-Za-z]explanations[A-Z]*", "*[a-z]EXPLANATIONS[^A-Z]*", "*Rationale[^a-z]*", "*[^A-Za-z]rationale[A-Z]*", "*[a-z]RATIONALE[^A-Z]*", "*Rationales[^a-z]*", "*[^A-Za-z]rationales[A-Z]*", "*[a-z]RATIONALES[^A-Z]*"]') AS p WHERE '_' || m.key || '_' GLOB p.value)))))
            THEN RAISE(ABORT, 'decision: a key of metadata names text that is not to be kept')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type IN ('array', 'object'))
            THEN RAISE(ABORT, 'decision: a value of metadata is no text, number, boolean or null')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type = 'text' AND length(m.value) > 100)
            THEN RAISE(ABORT, 'decision: a text of metadata has more than 100 characters')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE (m.type = 'integer' AND m.value NOT BETWEEN -9007199254740992 AND 9007199254740992) OR (m.type = 'real' AND m.value NOT BETWEEN -1e+308 AND 1e+308))
            THEN RAISE(ABORT, 'decision: a number of metadata is not finite or too large')
    END;
END;
CREATE TRIGGER agent_decisions_update_checked BEFORE UPDATE ON agent_decisions BEGIN
    SELECT CASE
        WHEN typeof(NEW.decision_type) <> 'text' OR NEW.decision_type GLOB '*[^a-z_]*' OR NOT instr('|tool_selection|retrieval_strategy|response_mode|retry_strategy|orchestration_path|', '|' || NEW.decision_type || '|')
            THEN RAISE(ABORT, 'decision: there is no such type')
        WHEN typeof(NEW.reason_code) <> 'text' OR NEW.reason_code GLOB '*[^a-z_]*' OR NOT instr('|tool_selection/fresh_data_required|tool_selection/cached_data_sufficient|tool_selection/tool_unavailable|tool_selection/cost_optimization|tool_selection/latency_optimization|tool_selection/accuracy_required|retrieval_strategy/semantic_search_preferred|retrieval_strategy/keyword_match_sufficient|retrieval_strategy/hybrid_approach_needed|retrieval_strategy/filter_applied|retrieval_strategy/rerank_required|response_mode/streaming_requested|response_mode/batch_preferred|response_mode/format_constraint|response_mode/length_constraint|retry_strategy/transient_error_detected|retry_strategy/rate_limit_encountered|retry_strategy/no_retry_terminal_error|retry_strategy/retry_budget_exhausted|retry_strategy/backoff_required|orchestration_path/sequential_required|orchestration_path/parallel_preferred|orchestration_path/conditional_branch|orchestration_path/early_exit|orchestration_path/fallback_path|', '|' || NEW.decision_type || '/' || NEW.reason_code || '|')
            THEN RAISE(ABORT, 'decision: its type has no such code')
        WHEN typeof(NEW.selected) <> 'text' OR instr(CAST(NEW.selected AS BLOB), x'00') OR length(NEW.selected) > 200 OR NEW.selected NOT GLOB '[A-Za-z0-9_]*' OR NEW.selected GLOB '*[^A-Za-z0-9_.:/@+-]*'
            THEN RAISE(ABORT, 'decision: what was selected is no identifier')
        WHEN NEW.candidates IS NOT '[]' AND CASE WHEN typeof(NEW.candidates) <> 'text' OR instr(CAST(NEW.candidates AS BLOB), x'00') OR length(NEW.candidates) > 8000 OR NEW.candidates GLOB '*\u0000*' OR NEW.candidates GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.candidates, char(9, 10, 13, 32)), 1, 1) <> '[' END
            THEN RAISE(ABORT, 'decision: candidates are no list of identifiers')
        WHEN NEW.candidates <> '[]' AND EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c WHERE c.type <> 'text' OR typeof(c.value) <> 'text' OR instr(CAST(c.value AS BLOB), x'00') OR length(c.value) > 200 OR c.value NOT GLOB '[A-Za-z0-9_]*' OR c.value GLOB '*[^A-Za-z0-9_.:/@+-]*')
            THEN RAISE(ABORT, 'decision: candidates are no list of identifiers')
        WHEN NEW.candidates <> '[]' AND EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c) AND NOT EXISTS (SELECT 1 FROM json_each(NEW.candidates) AS c WHERE c.value = NEW.selected)
            THEN RAISE(ABORT, 'decision: what was selected is none of the candidates')
        WHEN NEW.confidence IS NOT NULL AND NOT (typeof(NEW.confidence) = 'real' AND NEW.confidence BETWEEN 0 AND 1)
            THEN RAISE(ABORT, 'decision: confidence or weight is no number from 0 to 1')
        WHEN NEW.metadata IS '{}' THEN NULL
        WHEN NEW.metadata IS NOT '{}' AND CASE WHEN typeof(NEW.metadata) <> 'text' OR instr(CAST(NEW.metadata AS BLOB), x'00') OR length(NEW.metadata) > 8000 OR NEW.metadata GLOB '*\u0000*' OR NEW.metadata GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.metadata, char(9, 10, 13, 32)), 1, 1) <> '{' END
            THEN RAISE(ABORT, 'decision: metadata is no JSON object, or too long')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.key NOT GLOB '[A-Za-z]*' OR m.key GLOB '*[^A-Za-z0-9_.-]*')
            THEN RAISE(ABORT, 'decision: a key of metadata is no plain name')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE lower(m.key) NOT IN ('response_mode') AND (replace(replace(replace(lower(m.key), '_', ''), '.', ''), '-', '') IN ('prompt', 'response', 'reasoning', 'thought', 'message', 'content', 'text', 'output', 'input', 'chainofthought', 'explanation', 'rationale') OR (m.type = 'text' AND (EXISTS (SELECT 1 FROM json_each('["*[^a-z]prompt[^a-z]*", "*[^a-z]prompts[^a-z]*", "*[^a-z]response[^a-z]*", "*[^a-z]responses[^a-z]*", "*[^a-z]reasoning[^a-z]*", "*[^a-z]reasonings[^a-z]*", "*[^a-z]thought[^a-z]*", "*[^a-z]thoughts[^a-z]*", "*[^a-z]message[^a-z]*", "*[^a-z]messages[^a-z]*", "*[^a-z]content[^a-z]*", "*[^a-z]contents[^a-z]*", "*[^a-z]text[^a-z]*", "*[^a-z]texts[^a-z]*", "*[^a-z]output[^a-z]*", "*[^a-z]outputs[^a-z]*", "*[^a-z]input[^a-z]*", "*[^a-z]inputs[^a-z]*", "*[^a-z]explanation[^a-z]*", "*[^a-z]explanations[^a-z]*", "*[^a-z]rationale[^a-z]*", "*[^a-z]rationales[^a-z]*"]') AS p WHERE '_' || lower(m.key) || '_' GLOB p.value) OR EXISTS (SELECT 1 FROM json_each('["*Prompt[^a-z]*", "*[^A-Za-z]prompt[A-Z]*", "*[a-z]PROMPT[^A-Z]*", "*Prompts[^a-z]*", "*[^A-Za-z]prompts[A-Z]*", "*[a-z]PROMPTS[^A-Z]*", "*Response[^a-z]*", "*[^A-Za-z]response[A-Z]*", "*[a-z]RESPONSE[^A-Z]*", "*Responses[^a-z]*", "*[^A-Za-z]responses[A-Z]*", "*[a-z]RESPONSES[^A-Z]*", "*Reasoning[^a-z]*", "*[^A-Za-z]reasoning[A-Z]*", "*[a-z]REASONING[^A-Z]*", "*Reasonings[^a-z]*", "*[^A-Za-z]reasonings[A-Z]*", "*[a-z]REASONINGS[^A-Z]*", "*Thought[^a-z]*", "*[^A-Za-z]thought[A-Z]*", "*[a-z]THOUGHT[^A-Z]*", "*Thoughts[^a-z]*", "*[^A-Za-z]thoughts[A-Z]*", "*[a-z]THOUGHTS[^A-Z]*", "*Message[^a-z]*", "*[^A-Za-z]message[A-Z]*", "*[a-z]MESSAGE[^A-Z]*", "*Messages[^a-z]*", "*[^A-Za-z]messages[A-Z]*", "*[a-z]MESSAGES[^A-Z]*", "*Content[^a-z]*", "*[^A-Za-z]content[A-Z]*", "*[a-z]CONTENT[^A-Z]*", "*Contents[^a-z]*", "*[^A-Za-z]contents[A-Z]*", "*[a-z]CONTENTS[^A-Z]*", "*Text[^a-z]*", "*[^A-Za-z]text[A-Z]*", "*[a-z]TEXT[^A-Z]*", "*Texts[^a-z]*", "*[^A-Za-z]texts[A-Z]*", "*[a-z]TEXTS[^A-Z]*", "*Output[^a-z]*", "*[^A-Za-z]output[A-Z]*", "*[a-z]OUTPUT[^A-Z]*", "*Outputs[^a-z]*", "*[^A-Za-z]outputs[A-Z]*", "*[a-z]OUTPUTS[^A-Z]*", "*Input[^a-z]*", "*[^A-Za-z]input[A-Z]*", "*[a-z]INPUT[^A-Z]*", "*Inputs[^a-z]*", "*[^A-Za-z]inputs[A-Z]*", "*[a-z]INPUTS[^A-Z]*", "*Explanation[^a-z]*", "*[^A-Za-z]explanation[A-Z]*", "*[a-z]EXPLANATION[^A-Z]*", "*Explanations[^a-z]*", "*[^A-Za-z]explanations[A-Z]*", "*[a-z]EXPLANATIONS[^A-Z]*", "*Rationale[^a-z]*", "*[^A-Za-z]rationale[A-Z]*", "*[a-z]RATIONALE[^A-Z]*", "*Rationales[^a-z]*", "*[^A-Za-z]rationales[A-Z]*", "*[a-z]RATIONALES[^A-Z]*"]') AS p WHERE '_' || m.key || '_' GLOB p.value)))))
            THEN RAISE(ABORT, 'decision: a key of metadata names text that is not to be kept')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type IN ('array', 'object'))
            THEN RAISE(ABORT, 'decision: a value of metadata is no text, number, boolean or null')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type = 'text' AND length(m.value) > 100)
            THEN RAISE(ABORT, 'decision: a text of metadata has more than 100 characters')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE (m.type = 'integer' AND m.value NOT BETWEEN -9007199254740992 AND 9007199254740992) OR (m.type = 'real' AND m.value NOT BETWEEN -1e+308 AND 1e+308))
            THEN RAISE(ABORT, 'decision: a number of metadata is not finite or too large')
    END;
END;
CREATE TRIGGER agent_quality_signals_insert_checked BEFORE INSERT ON agent_quality_signals BEGIN
    SELECT CASE
        WHEN typeof(NEW.signal_type) <> 'text' OR NEW.signal_type GLOB '*[^a-z_]*' OR NOT instr('|schema_valid|empty_retrieval|tool_success|tool_failure|retry_occurred|latency_threshold|token_usage|', '|' || NEW.signal_type || '|')
            THEN RAISE(ABORT, 'signal: there is no such type')
        WHEN typeof(NEW.signal_code) <> 'text' OR NEW.signal_code GLOB '*[^a-z_]*' OR NOT instr('|schema_valid/full_match|schema_valid/partial_match|schema_valid/validation_failed|schema_valid/no_schema_defined|empty_retrieval/no_results|empty_retrieval/filtered_out|empty_retrieval/index_empty|tool_success/first_attempt|tool_success/after_retry|tool_success/fallback_used|tool_failure/timeout|tool_failure/invalid_input|tool_failure/unavailable|tool_failure/rate_limited|tool_failure/authentication_failed|retry_occurred/single_retry|retry_occurred/multiple_retries|retry_occurred/max_retries_reached|latency_threshold/under_threshold|latency_threshold/exceeded_threshold|latency_threshold/significantly_exceeded|token_usage/low_usage|token_usage/moderate_usage|token_usage/high_usage|token_usage/limit_approached|', '|' || NEW.signal_type || '/' || NEW.signal_code || '|')
            THEN RAISE(ABORT, 'signal: its type has no such code')
        WHEN typeof(NEW.value) <> 'integer' OR NEW.value NOT IN (0, 1)
            THEN RAISE(ABORT, 'signal: the value is neither true nor false')
        WHEN NEW.weight IS NOT NULL AND NOT (typeof(NEW.weight) = 'real' AND NEW.weight BETWEEN 0 AND 1)
            THEN RAISE(ABORT, 'signal: confidence or weight is no number from 0 to 1')
        WHEN NEW.metadata IS '{}' THEN NULL
        WHEN NEW.metadata IS NOT '{}' AND CASE WHEN typeof(NEW.metadata) <> 'text' OR instr(CAST(NEW.metadata AS BLOB), x'00') OR length(NEW.metadata) > 8000 OR NEW.metadata GLOB '*\u0000*' OR NEW.metadata GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.metadata, char(9, 10, 13, 32)), 1, 1) <> '{' END
            THEN RAISE(ABORT, 'signal: metadata is no JSON object, or too long')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.key NOT GLOB '[A-Za-z]*' OR m.key GLOB '*[^A-Za-z0-9_.-]*')
            THEN RAISE(ABORT, 'signal: a key of metadata is no plain name')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE lower(m.key) NOT IN ('response_mode') AND (replace(replace(replace(lower(m.key), '_', ''), '.', ''), '-', '') IN ('prompt', 'response', 'reasoning', 'thought', 'message', 'content', 'text', 'output', 'input', 'chainofthought', 'explanation', 'rationale') OR (m.type = 'text' AND (EXISTS (SELECT 1 FROM json_each('["*[^a-z]prompt[^a-z]*", "*[^a-z]prompts[^a-z]*", "*[^a-z]response[^a-z]*", "*[^a-z]responses[^a-z]*", "*[^a-z]reasoning[^a-z]*", "*[^a-z]reasonings[^a-z]*", "*[^a-z]thought[^a-z]*", "*[^a-z]thoughts[^a-z]*", "*[^a-z]message[^a-z]*", "*[^a-z]messages[^a-z]*", "*[^a-z]content[^a-z]*", "*[^a-z]contents[^a-z]*", "*[^a-z]text[^a-z]*", "*[^a-z]texts[^a-z]*", "*[^a-z]output[^a-z]*", "*[^a-z]outputs[^a-z]*", "*[^a-z]input[^a-z]*", "*[^a-z]inputs[^a-z]*", "*[^a-z]explanation[^a-z]*", "*[^a-z]explanations[^a-z]*", "*[^a-z]rationale[^a-z]*", "*[^a-z]rationales[^a-z]*"]') AS p WHERE '_' || lower(m.key) || '_' GLOB p.value) OR EXISTS (SELECT 1 FROM json_each('["*Prompt[^a-z]*", "*[^A-Za-z]prompt[A-Z]*", "*[a-z]PROMPT[^A-Z]*", "*Prompts[^a-z]*", "*[^A-Za-z]prompts[A-Z]*", "*[a-z]PROMPTS[^A-Z]*", "*Response[^a-z]*", "*[^A-Za-z]response[A-Z]*", "*[a-z]RESPONSE[^A-Z]*", "*Responses[^a-z]*", "*[^A-Za-z]responses[A-Z]*", "*[a-z]RESPONSES[^A-Z]*", "*Reasoning[^a-z]*", "*[^A-Za-z]reasoning[A-Z]*", "*[a-z]REASONING[^A-Z]*", "*Reasonings[^a-z]*", "*[^A-Za-z]reasonings[A-Z]*", "*[a-z]REASONINGS[^A-Z]*", "*Thought[^a-z]*", "*[^A-Za-z]thought[A-Z]*", "*[a-z]THOUGHT[^A-Z]*", "*Thoughts[^a-z]*", "*[^A-Za-z]thoughts[A-Z]*", "*[a-z]THOUGHTS[^A-Z]*", "*Message[^a-z]*", "*[^A-Za-z]message[A-Z]*", "*[a-z]MESSAGE[^A-Z]*", "*Messages[^a-z]*", "*[^A-Za-z]messages[A-Z]*", "*[a-z]MESSAGES[^A-Z]*", "*Content[^a-z]*", "*[^A-Za-z]content[A-Z]*", "*[a-z]CONTENT[^A-Z]*", "*Contents[^a-z]*", "*[^A-Za-z]contents[A-Z]*", "*[a-z]CONTENTS[^A-Z]*", "*Text[^a-z]*", "*[^A-Za-z]text[A-Z]*", "*[a-z]TEXT[^A-Z]*", "*Texts[^a-z]*", "*[^A-Za-z]texts[A-Z]*", "*[a-z]TEXTS[^A-Z]*", "*Output[^a-z]*", "*[^A-Za-z]output[A-Z]*", "*[a-z]OUTPUT[^A-Z]*", "*Outputs[^a-z]*", "*[^A-Za-z]outputs[A-Z]*", "*[a-z]OUTPUTS[^A-Z]*", "*Input[^a-z]*", "*[^A-Za-z]input[A-Z]*", "*[a-z]INPUT[^A-Z]*", "*Inputs[^a-z]*", "*[^A-Za-z]inputs[A-Z]*", "*[a-z]INPUTS[^A-Z]*", "*Explanation[^a-z]*", "*[^A-Za-z]explanation[A-Z]*", "*[a-z]EXPLANATION[^A-Z]*", "*Explanations[^a-z]*", "*[^A-Za-z]explanations[A-Z]*", "*[a-z]EXPLANATIONS[^A-Z]*", "*Rationale[^a-z]*", "*[^A-Za-z]rationale[A-Z]*", "*[a-z]RATIONALE[^A-Z]*", "*Rationales[^a-z]*", "*[^A-Za-z]rationales[A-Z]*", "*[a-z]RATIONALES[^A-Z]*"]') AS p WHERE '_' || m.key || '_' GLOB p.value)))))
            THEN RAISE(ABORT, 'signal: a key of metadata names text that is not to be kept')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type IN ('array', 'object'))
            THEN RAISE(ABORT, 'signal: a value of metadata is no text, number, boolean or null')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type = 'text' AND length(m.value) > 100)
            THEN RAISE(ABORT, 'signal: a text of metadata has more than 100 characters')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE (m.type = 'integer' AND m.value NOT BETWEEN -9007199254740992 AND 9007199254740992) OR (m.type = 'real' AND m.value NOT BETWEEN -1e+308 AND 1e+308))
            THEN RAISE(ABORT, 'signal: a number of metadata is not finite or too large')
    END;
END;
CREATE TRIGGER agent_quality_signals_update_checked BEFORE UPDATE ON agent_quality_signals BEGIN
    SELECT CASE
        WHEN typeof(NEW.signal_type) <> 'text' OR NEW.signal_type GLOB '*[^a-z_]*' OR NOT instr('|schema_valid|empty_retrieval|tool_success|tool_failure|retry_occurred|latency_threshold|token_usage|', '|' || NEW.signal_type || '|')
            THEN RAISE(ABORT, 'signal: there is no such type')
        WHEN typeof(NEW.signal_code) <> 'text' OR NEW.signal_code GLOB '*[^a-z_]*' OR NOT instr('|schema_valid/full_match|schema_valid/partial_match|schema_valid/validation_failed|schema_valid/no_schema_defined|empty_retrieval/no_results|empty_retrieval/filtered_out|empty_retrieval/index_empty|tool_success/first_attempt|tool_success/after_retry|tool_success/fallback_used|tool_failure/timeout|tool_failure/invalid_input|tool_failure/unavailable|tool_failure/rate_limited|tool_failure/authentication_failed|retry_occurred/single_retry|retry_occurred/multiple_retries|retry_occurred/max_retries_reached|latency_threshold/under_threshold|latency_threshold/exceeded_threshold|latency_threshold/significantly_exceeded|token_usage/low_usage|token_usage/moderate_usage|token_usage/high_usage|token_usage/limit_approached|', '|' || NEW.signal_type || '/' || NEW.signal_code || '|')
            THEN RAISE(ABORT, 'signal: its type has no such code')
        WHEN typeof(NEW.value) <> 'integer' OR NEW.value NOT IN (0, 1)
            THEN RAISE(ABORT, 'signal: the value is neither true nor false')
        WHEN NEW.weight IS NOT NULL AND NOT (typeof(NEW.weight) = 'real' AND NEW.weight BETWEEN 0 AND 1)
            THEN RAISE(ABORT, 'signal: confidence or weight is no number from 0 to 1')
        WHEN NEW.metadata IS '{}' THEN NULL
        WHEN NEW.metadata IS NOT '{}' AND CASE WHEN typeof(NEW.metadata) <> 'text' OR instr(CAST(NEW.metadata AS BLOB), x'00') OR length(NEW.metadata) > 8000 OR NEW.metadata GLOB '*\u0000*' OR NEW.metadata GLOB '*\u[dD][89abcdefABCDEF]*' THEN 1 ELSE substr(ltrim(NEW.metadata, char(9, 10, 13, 32)), 1, 1) <> '{' END
            THEN RAISE(ABORT, 'signal: metadata is no JSON object, or too long')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.key NOT GLOB '[A-Za-z]*' OR m.key GLOB '*[^A-Za-z0-9_.-]*')
            THEN RAISE(ABORT, 'signal: a key of metadata is no plain name')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE lower(m.key) NOT IN ('response_mode') AND (replace(replace(replace(lower(m.key), '_', ''), '.', ''), '-', '') IN ('prompt', 'response', 'reasoning', 'thought', 'message', 'content', 'text', 'output', 'input', 'chainofthought', 'explanation', 'rationale') OR (m.type = 'text' AND (EXISTS (SELECT 1 FROM json_each('["*[^a-z]prompt[^a-z]*", "*[^a-z]prompts[^a-z]*", "*[^a-z]response[^a-z]*", "*[^a-z]responses[^a-z]*", "*[^a-z]reasoning[^a-z]*", "*[^a-z]reasonings[^a-z]*", "*[^a-z]thought[^a-z]*", "*[^a-z]thoughts[^a-z]*", "*[^a-z]message[^a-z]*", "*[^a-z]messages[^a-z]*", "*[^a-z]content[^a-z]*", "*[^a-z]contents[^a-z]*", "*[^a-z]text[^a-z]*", "*[^a-z]texts[^a-z]*", "*[^a-z]output[^a-z]*", "*[^a-z]outputs[^a-z]*", "*[^a-z]input[^a-z]*", "*[^a-z]inputs[^a-z]*", "*[^a-z]explanation[^a-z]*", "*[^a-z]explanations[^a-z]*", "*[^a-z]rationale[^a-z]*", "*[^a-z]rationales[^a-z]*"]') AS p WHERE '_' || lower(m.key) || '_' GLOB p.value) OR EXISTS (SELECT 1 FROM json_each('["*Prompt[^a-z]*", "*[^A-Za-z]prompt[A-Z]*", "*[a-z]PROMPT[^A-Z]*", "*Prompts[^a-z]*", "*[^A-Za-z]prompts[A-Z]*", "*[a-z]PROMPTS[^A-Z]*", "*Response[^a-z]*", "*[^A-Za-z]response[A-Z]*", "*[a-z]RESPONSE[^A-Z]*", "*Responses[^a-z]*", "*[^A-Za-z]responses[A-Z]*", "*[a-z]RESPONSES[^A-Z]*", "*Reasoning[^a-z]*", "*[^A-Za-z]reasoning[A-Z]*", "*[a-z]REASONING[^A-Z]*", "*Reasonings[^a-z]*", "*[^A-Za-z]reasonings[A-Z]*", "*[a-z]REASONINGS[^A-Z]*", "*Thought[^a-z]*", "*[^A-Za-z]thought[A-Z]*", "*[a-z]THOUGHT[^A-Z]*", "*Thoughts[^a-z]*", "*[^A-Za-z]thoughts[A-Z]*", "*[a-z]THOUGHTS[^A-Z]*", "*Message[^a-z]*", "*[^A-Za-z]message[A-Z]*", "*[a-z]MESSAGE[^A-Z]*", "*Messages[^a-z]*", "*[^A-Za-z]messages[A-Z]*", "*[a-z]MESSAGES[^A-Z]*", "*Content[^a-z]*", "*[^A-Za-z]content[A-Z]*", "*[a-z]CONTENT[^A-Z]*", "*Contents[^a-z]*", "*[^A-Za-z]contents[A-Z]*", "*[a-z]CONTENTS[^A-Z]*", "*Text[^a-z]*", "*[^A-Za-z]text[A-Z]*", "*[a-z]TEXT[^A-Z]*", "*Texts[^a-z]*", "*[^A-Za-z]texts[A-Z]*", "*[a-z]TEXTS[^A-Z]*", "*Output[^a-z]*", "*[^A-Za-z]output[A-Z]*", "*[a-z]OUTPUT[^A-Z]*", "*Outputs[^a-z]*", "*[^A-Za-z]outputs[A-Z]*", "*[a-z]OUTPUTS[^A-Z]*", "*Input[^a-z]*", "*[^A-Za-z]input[A-Z]*", "*[a-z]INPUT[^A-Z]*", "*Inputs[^a-z]*", "*[^A-Za-z]inputs[A-Z]*", "*[a-z]INPUTS[^A-Z]*", "*Explanation[^a-z]*", "*[^A-Za-z]explanation[A-Z]*", "*[a-z]EXPLANATION[^A-Z]*", "*Explanations[^a-z]*", "*[^A-Za-z]explanations[A-Z]*", "*[a-z]EXPLANATIONS[^A-Z]*", "*Rationale[^a-z]*", "*[^A-Za-z]rationale[A-Z]*", "*[a-z]RATIONALE[^A-Z]*", "*Rationales[^a-z]*", "*[^A-Za-z]rationales[A-Z]*", "*[a-z]RATIONALES[^A-Z]*"]') AS p WHERE '_' || m.key || '_' GLOB p.value)))))
            THEN RAISE(ABORT, 'signal: a key of metadata names text that is not to be kept')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type IN ('array', 'object'))
            THEN RAISE(ABORT, 'signal: a value of metadata is no text, number, boolean or null')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE m.type = 'text' AND length(m.value) > 100)
            THEN RAISE(ABORT, 'signal: a text of metadata has more than 100 characters')
        WHEN EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE (m.type = 'integer' AND m.value NOT BETWEEN -9007199254740992 AND 9007199254740992) OR (m.type = 'real' AND m.value NOT BETWEEN -1e+308 AND 1e+308))
            THEN RAISE(ABORT, 'signal: a number of metadata is not finite or too large')
    END;
END;
CREATE TABLE evaluations (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    -- goal, retention, coherence, progression, or one that another package brings.
    name TEXT NOT NULL,
    -- Who evaluated, and in which version.
    method TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('good', 'mixed', 'bad', 'unknown')),
    -- NULL where unknown.
    score REAL CHECK (score BETWEEN 0 AND 1),
    reason TEXT NOT NULL DEFAULT '',
    -- JSON: pairs of a turn's number (null for the whole session) and a text.
    evidence TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (trajectory_id, name, method)
) WITHOUT ROWID;
CREATE INDEX source_files_by_host ON source_files (host) WHERE host <> '';
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
CREATE INDEX trajectories_by_step ON trajectories (parent_id, parent_step) WHERE parent_step <> '';
INSERT INTO archive_facts VALUES ('revision', '0');
INSERT INTO sqlite_sequence VALUES ('trajectories', 0);
