"""The service side of device communication; it needs the extra `service`."""
