"""The database writer: one database, one session, many programs. This is the client's side."""
