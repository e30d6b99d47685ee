"""How far the roll-out has come, for everyone: figures too small are withheld, and enough others that none follows."""

TABLES = ("progress_batch", "progress_cell", "progress_run", "progress_stock")
APPEND_ONLY = ("progress_batch", "progress_cell")
