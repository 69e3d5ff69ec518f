"""A measurement plug-in that writes to the instrument."""
