"""Changes of appointments: another hour, another site, called off, people without one, a site that is shut."""

TABLES = ("appointment_change", "awaiting_appointment", "walk_in_day")
APPEND_ONLY = ("appointment_change",)
