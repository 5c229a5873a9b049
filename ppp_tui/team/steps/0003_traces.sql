-- What the local database keeps of spans and waits that agents sent stays there.
CREATE VIEW received_spans WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS trace_id, NULL::text COLLATE "C" AS span_id, NULL::bigint AS file_id,
        NULL::text COLLATE "C" AS parent_span_id, NULL::text COLLATE "C" AS step_key WHERE false;

CREATE VIEW received_waits WITH (security_invoker = true) AS
    SELECT NULL::bigint AS file_id, NULL::text COLLATE "C" AS step_key, NULL::text COLLATE "C" AS began_at,
        NULL::text COLLATE "C" AS ended_at, NULL::bigint AS step_id WHERE false;

ALTER TABLE turn_times ADD COLUMN left_out_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE turn_times ADD COLUMN permission_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE turn_times ADD COLUMN permission_tool_ms bigint NOT NULL DEFAULT 0;

ALTER TABLE trajectories ADD COLUMN parent_step text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX trajectories_by_step ON trajectories (tenant_id, parent_id, parent_step) WHERE parent_step <> '';
