"""A measurement plug-in: sources a DC voltage, measures, and logs through a shared session."""
