-- Requests by time: a span that begins or ends within an hour is cut there request by request.
CREATE INDEX usage_by_time ON token_usage (at) WHERE is_counted = 1;
