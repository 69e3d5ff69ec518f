"""What people see of a scene: a chart of who held the session when, and the moments that matter."""
