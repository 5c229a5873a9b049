"""The commands about decisions and quality signals."""
