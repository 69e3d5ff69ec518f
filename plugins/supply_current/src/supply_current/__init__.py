"""A measurement plug-in: a DC voltage sourced with NI-DCPower and measured, logged through a shared session."""
