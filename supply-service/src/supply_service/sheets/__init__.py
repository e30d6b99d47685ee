"""Sales written on paper where network and terminal failed: entered by a clerk, approved by another person, judged."""

TABLES = ("paper_sheet", "paper_sheet_row")
KEPT = ("paper_sheet",)
APPEND_ONLY = ("paper_sheet_row",)
FUNCTIONS = ("end_paper_sheet_row",)
