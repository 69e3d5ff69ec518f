"""NI-DMM, simulated."""
