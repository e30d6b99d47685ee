"""Distribution: pick-up sites, appointments, plans."""

TABLES = (
    "appointment",
    "head_waiting",
    "pickup_plan",
    "pickup_plan_load",
    "pickup_plan_site",
    "pickup_plan_unplaced",
    "pickup_site",
    "pickup_slot",
    "site_closure",
)
FUNCTIONS = ("analyse_plan_tables", "end_appointment")
