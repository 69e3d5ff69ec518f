"""A measurement plug-in: a voltage measured with NI-DMM, logged through a shared session."""
