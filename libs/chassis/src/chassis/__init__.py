"""What every Unified Card service stands on: outbox, consumer, unit of work, problems, auth."""

TABLES = (
    "idempotency",
    "inbox",
    "outbox",
    "outbox_cursor",
    "outbox_rest",
    "parked_event",
    "set_aside",
    "suspended_subject",
    "training_clock",
)
APPEND_ONLY = ("outbox",)
FUNCTIONS = ("drop_outbox_partition", "make_outbox_partition", "prune_outbox_rest")
