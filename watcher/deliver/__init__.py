"""Handing alerts to the outside: the outbox's sender, its pace and retries, and the channels."""
