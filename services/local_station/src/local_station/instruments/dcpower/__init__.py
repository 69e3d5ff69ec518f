"""NI-DCPower, simulated."""
