"""The operator's view of NI's reservations: `python -m local_station.reservations`."""
