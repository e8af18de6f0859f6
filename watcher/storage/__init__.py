"""The store: SQLAlchemy Core on SQLite or PostgreSQL; one transaction per poll is its whole point."""
