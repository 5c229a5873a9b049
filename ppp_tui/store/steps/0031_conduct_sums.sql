-- What all sessions of a span asked and violated, by agent; see the sums of runs.
CREATE TABLE conduct_sums (
    span TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    -- Trajectories, also those without a turn.
    sessions INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    low_questions INTEGER NOT NULL,
    medium_questions INTEGER NOT NULL,
    high_questions INTEGER NOT NULL,
    violations INTEGER NOT NULL,
    PRIMARY KEY (span, agent_name)
) WITHOUT ROWID;

-- All spans are summed anew, with these.
DELETE FROM run_spans;
