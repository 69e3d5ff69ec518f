"""NI's Discovery Service: who is registered, who of them is alive, and which one is meant."""
