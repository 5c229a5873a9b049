"""Test suites for what other packages bring; they need pytest and hypothesis, which the program itself does not."""
