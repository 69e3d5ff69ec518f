"""The demonstration of a service that was made from the template: its two plug-ins share it."""
