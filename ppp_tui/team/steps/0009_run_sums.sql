-- Sums that a local database makes of its runs stay there: a report over a shared store looks at the runs.
CREATE VIEW run_spans WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS span, NULL::text COLLATE "C" AS low, NULL::text COLLATE "C" AS high WHERE false;

CREATE VIEW run_sums WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS span, NULL::text COLLATE "C" AS agent_name,
        NULL::text COLLATE "C" AS agent_version, NULL::bigint AS runs, NULL::bigint AS turns,
        NULL::bigint AS wall_ms, NULL::text COLLATE "C" AS first_at, NULL::text COLLATE "C" AS last_at,
        NULL::bigint AS ended_runs, NULL::bigint AS failed_runs, NULL::bigint AS tool_failed_runs,
        NULL::bigint AS model_failed_runs, NULL::bigint AS retrieval_failed_runs, NULL::bigint AS good_calls,
        NULL::bigint AS calls WHERE false;

CREATE VIEW entry_sums WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS span, NULL::text COLLATE "C" AS subject, NULL::text COLLATE "C" AS type,
        NULL::text COLLATE "C" AS code, NULL::text COLLATE "C" AS agent_name,
        NULL::text COLLATE "C" AS agent_version, NULL::bigint AS entries, NULL::bigint AS other_entries,
        NULL::bigint AS confidence_micros, NULL::bigint AS derived, NULL::bigint AS runs, NULL::bigint AS hit_runs,
        NULL::bigint AS ended_runs, NULL::bigint AS failed_runs, NULL::bigint AS tool_failed_runs,
        NULL::bigint AS model_failed_runs, NULL::bigint AS retrieval_failed_runs WHERE false;

CREATE VIEW failure_code_sums WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS span, NULL::text COLLATE "C" AS subject, NULL::text COLLATE "C" AS type,
        NULL::text COLLATE "C" AS code, NULL::text COLLATE "C" AS failure_code, NULL::text COLLATE "C" AS agent_name,
        NULL::bigint AS runs, NULL::bigint AS ended_runs WHERE false;

GRANT SELECT ON run_spans, run_sums, entry_sums, failure_code_sums TO ppp_app;
