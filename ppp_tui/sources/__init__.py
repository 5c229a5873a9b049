"""Session formats of agents: where their files lie, how their records are parsed. Facts and evidence: `FORMATS.md`."""
