"""A measurement plug-in: the supply current of a regulator, logged through a shared session."""
