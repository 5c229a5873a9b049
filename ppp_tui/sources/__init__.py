"""Other people's session formats: where their files lie, how their records read. Facts and evidence: `FORMATS.md`."""
