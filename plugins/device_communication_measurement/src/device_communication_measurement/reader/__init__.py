"""A measurement plug-in that reads from the instrument."""
