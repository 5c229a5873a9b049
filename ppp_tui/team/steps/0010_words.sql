-- The words of prompts, answers and questions, as far as these are shared: row security lets no index be used to look a
-- word up, so that a function that sees past the policies does, and asks itself what they ask. It tells numbers alone.

CREATE TABLE turn_words (
    tenant_id integer NOT NULL DEFAULT ppp_tenant(),
    replica_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    turn_id bigint NOT NULL,
    -- As in the local database: >= 0 in the response, below in the prompt, from 2^40 on a question by its number.
    text_start bigint NOT NULL,
    text_end bigint NOT NULL,
    -- When the turn began.
    at text COLLATE "C" NOT NULL,
    -- Without case and diacritics; characters of scripts that are written without spaces are words.
    words tsvector NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, turn_id, text_start),
    FOREIGN KEY (tenant_id, turn_id) REFERENCES trajectory_turns (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX turn_words_by_word ON turn_words USING gin (words);
SELECT ppp_guard('turn_words', false);
GRANT SELECT ON turn_words TO ppp_definer;
CREATE POLICY search ON turn_words FOR SELECT TO ppp_definer USING (true);

-- The newest texts that hold all phrases, each a list of words that stand side by side: a JSON list of lists. The last word
-- of all may be the beginning of a longer one.
CREATE FUNCTION ppp_search(phrases text, is_beginning bigint, most bigint) RETURNS TABLE (id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1000 AS $$
DECLARE
    own_tenant integer := public.ppp_tenant();
    sees_all boolean := public.ppp_sees_all();
    own_replicas integer[] := public.ppp_replicas();
    wanted tsquery;
BEGIN
    SELECT string_agg('(' || p.words || ')', ' & ' ORDER BY p.place)::tsquery INTO wanted FROM (
        SELECT f.place, string_agg('''' || replace(replace(w.word, '\', '\\'), '''', '''''') || ''''
                || CASE WHEN is_beginning = 1 AND f.place = jsonb_array_length(phrases::jsonb)
                    AND w.place = jsonb_array_length(f.phrase) THEN ':*' ELSE '' END,
            ' <-> ' ORDER BY w.place) AS words
        FROM jsonb_array_elements(phrases::jsonb) WITH ORDINALITY AS f (phrase, place)
            CROSS JOIN jsonb_array_elements_text(f.phrase) WITH ORDINALITY AS w (word, place)
        GROUP BY f.place) AS p;
    RETURN QUERY SELECT t.id FROM public.turn_words AS t
        WHERE t.tenant_id = own_tenant AND t.words @@ wanted AND (sees_all OR t.replica_id = ANY (own_replicas))
        ORDER BY t.at DESC, t.id DESC LIMIT most;
END
$$;
REVOKE ALL ON FUNCTION ppp_search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ppp_search TO ppp_app;
ALTER FUNCTION ppp_search OWNER TO ppp_definer;

CREATE VIEW search_segments WITH (security_invoker = true) AS
    SELECT tenant_id, replica_id, id, turn_id, text_start, text_end FROM turn_words;

CREATE VIEW search_texts WITH (security_invoker = true) AS
    SELECT s.tenant_id, s.id,
        CASE WHEN s.text_start >= 1099511627776
            THEN (SELECT q.question_text FROM trajectory_questions AS q WHERE q.tenant_id = s.tenant_id
                AND q.id = (s.turn_id << 20) + s.text_start - 1099511627776)
            WHEN s.text_start < 0 THEN substr(t.prompt, (-s.text_start)::integer,
                (s.text_end + s.text_start + 1)::integer)
            ELSE substr(t.response, (s.text_start + 1)::integer, (s.text_end - s.text_start)::integer) END
            COLLATE "C" AS body
    FROM turn_words AS s JOIN trajectory_turns AS t ON t.tenant_id = s.tenant_id AND t.id = s.turn_id;
GRANT SELECT ON search_segments, search_texts TO ppp_app;
