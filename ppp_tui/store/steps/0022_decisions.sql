-- What agents decided and why, and what tells how well it went: stated by programs that log, or derived by rules.
-- A row's id is its turn's shifted left by 20 bits plus a number; the run is a trajectory, the step one of that turn.
-- The first statement fails where a table or column that these build on is missing: the step then changes nothing.
-- To take the step back, and nothing else with it:
--     DROP TABLE agent_decisions; DROP TABLE agent_quality_signals; DROP TABLE decision_counts;
--     DROP TABLE signal_counts; DELETE FROM schema_steps WHERE name LIKE '%_decisions';
CREATE TEMP VIEW earlier_tables AS
    SELECT t.id, t.agent_name, t.agent_version, t.outcome, t.created_at, t.run_id, u.is_copy, u.status, s.kind,
        s.started_at, c.attempts
    FROM trajectories AS t, trajectory_turns AS u, steps AS s, retry_chains AS c, trajectory_summaries AS m
    WHERE m.trajectory_id = t.id AND m.failed_steps >= 0;
SELECT count(*) FROM earlier_tables WHERE id < 0;
DROP VIEW temp.earlier_tables;

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
-- Stated rows are few and looked up by anything; derived ones are many, and are looked up by run and counted.
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

-- The sums of each run, copies left out: reports read these and never the rows of all runs.
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

-- No row holds text of prompts or answers: made by `store.logged.entry_rules.trigger_script`.
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
