"""Sales made without a network, uploaded later in a signed chain."""

TABLES = ("offline_fork",)
APPEND_ONLY = ("offline_fork",)
