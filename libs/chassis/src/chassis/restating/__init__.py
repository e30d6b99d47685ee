"""State told again (snapshots): an owner tells its rows once more, a reader counts what of it has reached it."""

TABLES = ("newest_event", "read_model", "restatement", "restatement_heard")
KEPT = ("read_model", "restatement")
