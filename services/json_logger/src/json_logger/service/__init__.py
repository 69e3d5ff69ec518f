"""The service side of the JSON logger; it needs the extra `service`."""
