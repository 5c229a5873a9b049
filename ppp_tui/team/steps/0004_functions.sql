-- What SQLite's functions do that PostgreSQL's of the same name do not.

-- Sums of integers stay integers, so that dividing them gives one, too.
CREATE AGGREGATE ppp_sum(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE);
CREATE AGGREGATE ppp_sum(integer)
    (SFUNC = int4_sum, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE);
CREATE AGGREGATE ppp_sum(double precision)
    (SFUNC = float8pl, STYPE = double precision, COMBINEFUNC = float8pl, PARALLEL = SAFE);
CREATE AGGREGATE ppp_total(double precision)
    (SFUNC = float8pl, STYPE = double precision, INITCOND = '0', COMBINEFUNC = float8pl, PARALLEL = SAFE);

-- Half is rounded away from zero.
CREATE FUNCTION ppp_round(double precision, integer) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round($1::numeric, $2)::double precision;

-- A place below zero counts from the end, and place 0 is the one before the first.
CREATE FUNCTION ppp_substr(whole text, place bigint, most bigint DEFAULT 2147483647) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN place > 0 THEN substr(whole, least(place, 2147483647)::integer, least(greatest(most, 0), 2147483647)::integer)
        WHEN place = 0 THEN substr(whole, 1, greatest(least(most, 2147483647) - 1, 0)::integer)
        WHEN length(whole) + place >= 0
            THEN substr(whole, (length(whole) + place + 1)::integer, least(greatest(most, 0), 2147483647)::integer)
        ELSE substr(whole, 1, greatest(least(most, 2147483647) + length(whole) + place, 0)::integer)
    END;

-- The items of a JSON list by their place from 0, as text.
CREATE FUNCTION json_each(list text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
    BEGIN ATOMIC
        SELECT i.place - 1, (i.item #>> '{}') COLLATE "C"
        FROM jsonb_array_elements(list::jsonb) WITH ORDINALITY AS i (item, place);
    END;

CREATE FUNCTION ppp_json_item(list text, place integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (list::jsonb ->> place) COLLATE "C";
