"""Finding citizens, by name too: keyed tokens of names, and the job that seals names and keeps their tokens."""

TABLES = ("name_pending", "name_token")
