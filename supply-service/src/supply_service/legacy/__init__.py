"""What households still drew with the legacy ration card: files of a month, row by row."""

TABLES = ("legacy_draw",)
KEPT = ("legacy_draw",)
