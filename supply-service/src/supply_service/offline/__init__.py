"""Sales made without a network, uploaded later in a signed chain."""

TABLES = ("offline_fork", "terminal_key")
APPEND_ONLY = ("offline_fork",)
KEPT = ("terminal_key",)
