"""Sales made without a network, uploaded later in a signed chain."""

TABLES = ("dispute_withdrawal", "offline_fork", "offline_settled", "terminal_contact", "terminal_key")
APPEND_ONLY = ("dispute_withdrawal", "offline_fork", "offline_settled")
KEPT = ("terminal_key",)
