"""The commands `insights` and `delivered`: what agents are used for, and what came of it."""
