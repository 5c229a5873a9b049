"""Commands on how tasks went and on the agents that did them."""
