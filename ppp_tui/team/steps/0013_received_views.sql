-- Readers see that nothing of these is shared.
GRANT SELECT ON received_spans, received_waits TO ppp_app;
