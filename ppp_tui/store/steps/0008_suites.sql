-- Suites by what was run: what picks single tests stands apart, runs are compared in time that does not grow with how
-- many there are, changes of projects are kept so that flaky tests are seen across turns and sessions, and the sums of
-- tests and retries stand beside each session's.

ALTER TABLE test_runs ADD COLUMN selection TEXT NOT NULL DEFAULT '';
-- The same for runs of the same tests under the same variables and on the same branch; NULL where that was not recorded.
ALTER TABLE test_runs ADD COLUMN variant TEXT;
-- 0 or 1 where the output counts no tests and the exit code tells how they ended.
ALTER TABLE test_runs ADD COLUMN exit_failed INTEGER CHECK (exit_failed IN (0, 1));
ALTER TABLE test_runs ADD COLUMN is_red INTEGER GENERATED ALWAYS AS (coalesce(exit_failed, failed > 0)) VIRTUAL;

DROP INDEX test_runs_by_suite;
CREATE INDEX test_runs_compared ON test_runs (project, suite, framework, unit, at, failed, total DESC, passed DESC)
    WHERE is_copy = 0 AND selection = '' AND passed + failed > 0;

-- Moments at which something may have changed files of a project.
CREATE TABLE project_changes (
    id INTEGER PRIMARY KEY,
    is_copy INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)),
    project TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX project_changes_by_time ON project_changes (project, at) WHERE is_copy = 0;

DROP TABLE test_flips;

ALTER TABLE retry_chains ADD COLUMN is_exhausted INTEGER NOT NULL DEFAULT 0 CHECK (is_exhausted IN (0, 1));
UPDATE retry_chains SET is_exhausted = 1 WHERE kind = 'request' AND outcome = 'gave_up' AND attempts > 1;

ALTER TABLE trajectory_summaries ADD COLUMN test_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN red_test_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN tests_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN tests_passed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN tests_failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN tests_skipped INTEGER NOT NULL DEFAULT 0;
-- Percentage of the tests that ran and passed; NULL where none ran.
ALTER TABLE trajectory_summaries ADD COLUMN test_pass_rate REAL
    GENERATED ALWAYS AS (100.0 * tests_passed / nullif(tests_passed + tests_failed, 0)) VIRTUAL;
ALTER TABLE trajectory_summaries ADD COLUMN retry_chains INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN max_retries_hit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN model_fallbacks INTEGER NOT NULL DEFAULT 0;

UPDATE trajectory_summaries SET (test_runs, red_test_runs, tests_run, tests_passed, tests_failed, tests_skipped) = (
    SELECT count(*), coalesce(sum(r.is_red), 0), coalesce(sum(r.passed + r.failed), 0), coalesce(sum(r.passed), 0),
        coalesce(sum(r.failed), 0), coalesce(sum(r.skipped), 0)
    FROM test_runs AS r WHERE r.id >= trajectory_summaries.trajectory_id << 40
        AND r.id < (trajectory_summaries.trajectory_id + 1) << 40 AND r.is_copy = 0);
UPDATE trajectory_summaries SET (retry_chains, max_retries_hit, model_fallbacks) = (
    SELECT count(*), coalesce(sum(c.is_exhausted), 0), coalesce(sum(c.fallback_model <> ''), 0)
    FROM retry_chains AS c WHERE c.id >= trajectory_summaries.trajectory_id << 40
        AND c.id < (trajectory_summaries.trajectory_id + 1) << 40 AND c.is_copy = 0);

DROP TRIGGER test_runs_added;
DROP TRIGGER test_runs_gone;
DROP TRIGGER test_runs_added_compared;
DROP TRIGGER test_runs_gone_compared;

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

-- What a run fell by depends on the run before it. Of runs at one moment the one with most failures stands for all, so
-- that the order of reading makes no difference; the next moment's runs are compared anew only where another one stands
-- for them, so that many runs at one moment cost no more than many runs at many. Runs of single tests, and those whose
-- tests nobody counted, are compared with nothing.
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
