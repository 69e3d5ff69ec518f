"""What the cast and the service tell of a scene."""
