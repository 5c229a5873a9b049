"""Receives OpenTelemetry by HTTP on the user's own machine and keeps it, by session, for ingest to read."""
