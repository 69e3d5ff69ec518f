"""The migrations, which bring the tables of any older version up to date."""
