-- As the other sums of runs, these stay in the local database.
CREATE VIEW conduct_sums WITH (security_invoker = true) AS
    SELECT NULL::text COLLATE "C" AS span, NULL::text COLLATE "C" AS agent_name, NULL::bigint AS sessions,
        NULL::bigint AS turns, NULL::bigint AS low_questions, NULL::bigint AS medium_questions,
        NULL::bigint AS high_questions, NULL::bigint AS violations WHERE false;

GRANT SELECT ON conduct_sums TO ppp_app;
