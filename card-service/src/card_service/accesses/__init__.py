"""Who looked at a citizen's record: an append-only, hash-chained log."""

TABLES = ("access_log", "access_pending")
APPEND_ONLY = ("access_log",)
