-- Specifications that a program finished in a span of time, for what stands beside usage.
CREATE INDEX trajectories_finished ON trajectories (ended_at) WHERE spec_id > '' AND outcome = 'completed';
