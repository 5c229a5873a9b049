-- Turns of which nobody knows how long they took: where a session has one, the time of its turns is a lower bound.
CREATE INDEX turns_untimed ON trajectory_turns (trajectory_id) WHERE latency_ms IS NULL AND is_copy = 0;
