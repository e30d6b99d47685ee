"""What outlets' closed days come to, and the sums by which it is checked."""

TABLES = ("settlement", "settlement_component")
APPEND_ONLY = ("settlement_component",)
KEPT = ("settlement",)
