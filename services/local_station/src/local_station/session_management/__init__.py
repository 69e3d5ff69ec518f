"""NI's Session Management Service: who may use a session now, and which sessions are registered."""
