"""Lists of households: of which category one is, and for whom a grant is. Sent by one person, decided by another."""

TABLES = ("list_file_row",)
