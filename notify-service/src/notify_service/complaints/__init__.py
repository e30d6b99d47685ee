"""Complaints (tickets): entered by SMS, desk, page or API, dealt with by an area's team, answered by SMS."""

TABLES = ("complaint", "complaint_step", "complaint_text")
APPEND_ONLY = ("complaint_step",)
KEPT = ("complaint",)
SEQUENCES = ("complaint_number",)
