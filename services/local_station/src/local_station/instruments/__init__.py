"""Simulated NI instruments: NI gRPC Device Server with NI-DCPower and NI-DMM, without hardware."""
