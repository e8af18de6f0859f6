"""Alembic's migrations: each file of `versions/` takes a database from one schema to the next."""
