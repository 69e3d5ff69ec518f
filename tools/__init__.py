"""What the developer's commands use; run as `python -m tools.NAME` by `noxfile.py`."""
