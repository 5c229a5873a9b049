-- Alerts for which the user's command is still to be started.
CREATE TABLE alert_commands (
    alert_id INTEGER PRIMARY KEY REFERENCES alerts (id) ON DELETE CASCADE
);
