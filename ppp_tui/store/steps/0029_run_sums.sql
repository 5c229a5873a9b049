-- Sums over all runs whose last sign of life lies in a UTC day that is over, or in such a month, so that reports of
-- decisions, quality signals and versions need not look at every run. Ingest makes them when it has nothing else to do;
-- what changes a run of a span withdraws the span, and reports look at its runs until it is made anew.
CREATE TABLE run_spans (
    -- 2026-11-20, or 2026-11.
    span TEXT PRIMARY KEY,
    -- Its first moment, and the first moment after it.
    low TEXT NOT NULL,
    high TEXT NOT NULL
) WITHOUT ROWID;

-- Sums of spans that were withdrawn lie here until they are made anew.
CREATE TABLE run_sums (
    span TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    runs INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    first_at TEXT,
    last_at TEXT,
    -- Runs whose end is known, and those of them that failed.
    ended_runs INTEGER NOT NULL,
    failed_runs INTEGER NOT NULL,
    -- Runs with a tool call, a model request, a search that failed.
    tool_failed_runs INTEGER NOT NULL,
    model_failed_runs INTEGER NOT NULL,
    retrieval_failed_runs INTEGER NOT NULL,
    -- Calls of tools that went well, and all.
    good_calls INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (span, agent_name, agent_version)
) WITHOUT ROWID;

-- Decisions and quality signals of those runs; with code '' those of a type, since a run may have several codes of one.
CREATE TABLE entry_sums (
    span TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject IN ('decisions', 'signals')),
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    -- Decisions, or signals that are so.
    entries INTEGER NOT NULL,
    -- Decisions that state a confidence, or signals that are not so.
    other_entries INTEGER NOT NULL,
    confidence_micros INTEGER NOT NULL,
    derived INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    -- Of the runs with a decision, or with a signal that is so: all, those whose end is known, and those that failed.
    hit_runs INTEGER NOT NULL,
    ended_runs INTEGER NOT NULL,
    failed_runs INTEGER NOT NULL,
    tool_failed_runs INTEGER NOT NULL,
    model_failed_runs INTEGER NOT NULL,
    retrieval_failed_runs INTEGER NOT NULL,
    PRIMARY KEY (span, subject, type, code, agent_name, agent_version)
) WITHOUT ROWID;

-- In how many runs with a decision or signal tools failed for a reason.
CREATE TABLE failure_code_sums (
    span TEXT NOT NULL,
    subject TEXT NOT NULL,
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    runs INTEGER NOT NULL,
    ended_runs INTEGER NOT NULL,
    PRIMARY KEY (span, subject, type, code, failure_code, agent_name)
) WITHOUT ROWID;

CREATE TRIGGER run_spans_of_new AFTER INSERT ON trajectory_summaries WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (substr(NEW.last_at, 1, 10), substr(NEW.last_at, 1, 7));
END;
CREATE TRIGGER run_spans_of_changed AFTER UPDATE ON trajectory_summaries WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (substr(OLD.last_at, 1, 10), substr(OLD.last_at, 1, 7));
    DELETE FROM run_spans WHERE span IN (substr(NEW.last_at, 1, 10), substr(NEW.last_at, 1, 7));
END;
CREATE TRIGGER run_spans_of_gone AFTER DELETE ON trajectory_summaries WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (substr(OLD.last_at, 1, 10), substr(OLD.last_at, 1, 7));
END;
CREATE TRIGGER run_spans_of_renamed AFTER UPDATE OF agent_name, agent_version, outcome, created_at ON trajectories WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = NEW.id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = NEW.id);
END;
CREATE TRIGGER run_spans_of_decisions_added AFTER INSERT ON decision_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id);
END;
CREATE TRIGGER run_spans_of_decisions_changed AFTER UPDATE ON decision_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id);
END;
CREATE TRIGGER run_spans_of_decisions_gone AFTER DELETE ON decision_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = OLD.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = OLD.trajectory_id);
END;
CREATE TRIGGER run_spans_of_signals_added AFTER INSERT ON signal_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id);
END;
CREATE TRIGGER run_spans_of_signals_changed AFTER UPDATE ON signal_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = NEW.trajectory_id);
END;
CREATE TRIGGER run_spans_of_signals_gone AFTER DELETE ON signal_counts WHEN EXISTS (SELECT 1 FROM run_spans) BEGIN
    DELETE FROM run_spans WHERE span IN (SELECT substr(last_at, 1, 10) FROM trajectory_summaries WHERE trajectory_id = OLD.trajectory_id UNION ALL
        SELECT substr(last_at, 1, 7) FROM trajectory_summaries WHERE trajectory_id = OLD.trajectory_id);
END;
