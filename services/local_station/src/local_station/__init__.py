"""A local stand-in for NI's Discovery Service; `python -m local_station` runs it."""
