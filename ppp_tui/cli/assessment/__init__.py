"""Commands that tell how work goes: trends, evaluations of sessions, and what is to be expected."""
