"""The service side; it needs the extra `service`."""
