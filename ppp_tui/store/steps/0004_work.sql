-- How work goes: test runs, failures that are tried again, files that are touched, what fills the context, and how large
-- codebases are. Rows of a turn that is a copy count in no sum; triggers keep the sums in the transaction that changes a
-- row.

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
);
CREATE INDEX test_runs_by_suite ON test_runs (project, suite, framework, unit, at) WHERE is_copy = 0;
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

-- A test that ended differently in two runs of one command in one turn, with no change in between.
CREATE TABLE test_flips (
    id INTEGER PRIMARY KEY,
    agent_name TEXT NOT NULL DEFAULT '',
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    project TEXT NOT NULL DEFAULT '',
    suite TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    earlier_at TEXT NOT NULL,
    run_number INTEGER NOT NULL,
    earlier_run_number INTEGER NOT NULL,
    failed_first INTEGER NOT NULL CHECK (failed_first IN (0, 1))
);
CREATE INDEX test_flips_by_project ON test_flips (project, at) WHERE is_copy = 0;
CREATE INDEX test_flips_by_time ON test_flips (at) WHERE is_copy = 0;

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

CREATE TRIGGER test_runs_added AFTER INSERT ON test_runs WHEN new.is_copy = 0 BEGIN
    INSERT INTO test_suites VALUES (new.project, new.suite, new.framework, new.unit, 1, new.passed, new.failed,
        new.skipped, coalesce(new.duration_ms, 0), new.duration_ms IS NOT NULL, new.failed > 0)
    ON CONFLICT DO UPDATE SET runs = runs + 1, passed = passed + excluded.passed, failed = failed + excluded.failed,
        skipped = skipped + excluded.skipped, duration_ms = duration_ms + excluded.duration_ms,
        timed_runs = timed_runs + excluded.timed_runs, red_runs = red_runs + excluded.red_runs;
    INSERT INTO test_days VALUES (substr(new.at, 1, 10), new.project, new.agent_name, new.model, 1, new.passed,
        new.failed, new.skipped, new.failed > 0)
    ON CONFLICT DO UPDATE SET runs = runs + 1, passed = passed + excluded.passed, failed = failed + excluded.failed,
        skipped = skipped + excluded.skipped, red_runs = red_runs + excluded.red_runs;
END;
CREATE TRIGGER test_runs_gone AFTER DELETE ON test_runs WHEN old.is_copy = 0 BEGIN
    UPDATE test_suites SET runs = runs - 1, passed = passed - old.passed, failed = failed - old.failed,
        skipped = skipped - old.skipped, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
        timed_runs = timed_runs - (old.duration_ms IS NOT NULL), red_runs = red_runs - (old.failed > 0)
    WHERE project = old.project AND suite = old.suite AND framework = old.framework AND unit = old.unit;
    DELETE FROM test_suites WHERE project = old.project AND suite = old.suite AND framework = old.framework
        AND unit = old.unit AND runs <= 0;
    UPDATE test_days SET runs = runs - 1, passed = passed - old.passed, failed = failed - old.failed,
        skipped = skipped - old.skipped, red_runs = red_runs - (old.failed > 0)
    WHERE day = substr(old.at, 1, 10) AND project = old.project AND agent_name = old.agent_name AND model = old.model;
    DELETE FROM test_days WHERE day = substr(old.at, 1, 10) AND project = old.project
        AND agent_name = old.agent_name AND model = old.model AND runs <= 0;
END;

-- What a run fell by depends on the run before it: whenever one comes or goes, it and the next are compared anew. Of
-- runs at one moment the one with most failures stands for all, so that the order of reading makes no difference.
CREATE TRIGGER test_runs_added_compared AFTER INSERT ON test_runs WHEN new.is_copy = 0 BEGIN
    UPDATE test_runs SET drop_points = (SELECT b.pass_rate FROM test_runs AS b WHERE b.project = test_runs.project
            AND b.suite = test_runs.suite AND b.framework = test_runs.framework AND b.unit = test_runs.unit
            AND b.is_copy = 0 AND b.at < test_runs.at ORDER BY b.at DESC, b.failed DESC, b.total LIMIT 1) - pass_rate
    WHERE project = new.project AND suite = new.suite AND framework = new.framework AND unit = new.unit AND is_copy = 0
        AND at >= new.at AND at <= coalesce((SELECT min(n.at) FROM test_runs AS n WHERE n.project = new.project
            AND n.suite = new.suite AND n.framework = new.framework AND n.unit = new.unit AND n.is_copy = 0
            AND n.at > new.at), new.at);
END;
CREATE TRIGGER test_runs_gone_compared AFTER DELETE ON test_runs WHEN old.is_copy = 0 BEGIN
    UPDATE test_runs SET drop_points = (SELECT b.pass_rate FROM test_runs AS b WHERE b.project = test_runs.project
            AND b.suite = test_runs.suite AND b.framework = test_runs.framework AND b.unit = test_runs.unit
            AND b.is_copy = 0 AND b.at < test_runs.at ORDER BY b.at DESC, b.failed DESC, b.total LIMIT 1) - pass_rate
    WHERE project = old.project AND suite = old.suite AND framework = old.framework AND unit = old.unit AND is_copy = 0
        AND at >= old.at AND at <= coalesce((SELECT min(n.at) FROM test_runs AS n WHERE n.project = old.project
            AND n.suite = old.suite AND n.framework = old.framework AND n.unit = old.unit AND n.is_copy = 0
            AND n.at > old.at), old.at);
END;

-- A failure and the attempts that followed it.
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
);

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

-- What filled the window at a turn's last request: the sum is recorded, its parts are estimates. The id is the turn's.
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
);

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
