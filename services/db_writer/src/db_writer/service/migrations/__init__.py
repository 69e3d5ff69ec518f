"""The migrations, which bring the tables of any older version up to date.

For a new version change `db_writer.service.schema`, and add a module to `versions` that makes the
same change to the tables of the version before; a test compares the two.
"""
