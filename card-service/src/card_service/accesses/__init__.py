"""Who looked at a citizen's record: an append-only, hash-chained log."""
