"""The service: databases, their schema, and who writes into them."""
