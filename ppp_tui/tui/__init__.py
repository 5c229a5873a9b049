"""The dashboard: screens, keys, and everything that is drawn."""
