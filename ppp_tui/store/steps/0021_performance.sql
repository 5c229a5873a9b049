-- What programs record of how agents do; figures that are compared stand beside the whole event.
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

-- Every agent that a trajectory or an event names; those that registered, with what they said of themselves.
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
INSERT INTO agents (agent_id) SELECT DISTINCT agent_name FROM trajectories WHERE agent_name NOT IN ('', 'unknown');

CREATE TRIGGER agents_of_new AFTER INSERT ON trajectories WHEN NEW.agent_name NOT IN ('', 'unknown') BEGIN
    INSERT INTO agents (agent_id) SELECT NEW.agent_name
        WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agent_id = NEW.agent_name);
END;
CREATE TRIGGER agents_of_renamed AFTER UPDATE OF agent_name ON trajectories
    WHEN NEW.agent_name <> OLD.agent_name AND NEW.agent_name NOT IN ('', 'unknown') BEGIN
    INSERT INTO agents (agent_id) SELECT NEW.agent_name
        WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agent_id = NEW.agent_name);
END;
