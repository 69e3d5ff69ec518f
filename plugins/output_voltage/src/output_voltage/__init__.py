"""A measurement plug-in: the output voltage of a regulator, logged through a shared session."""
