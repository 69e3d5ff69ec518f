"""What this project's measurement plug-ins have in common, and a client for any measurement."""
