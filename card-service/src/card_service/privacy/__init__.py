"""Citizens' rights (Law 151 of 2020): restriction of processing and erasure, asked for, decided by another, told."""

TABLES = ("erasure", "erasure_part")
KEPT = ("erasure",)
APPEND_ONLY = ("erasure_part",)
