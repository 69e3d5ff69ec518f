"""One module for each version of the tables; `down_revision` says in which order they follow."""
