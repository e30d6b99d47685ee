"""Readiness: courses for those who stand at counters, awareness seminars for the public, and how much was done."""

TABLES = ("course", "course_participant", "seminar", "seminar_invitation", "staff_to_train")
KEPT = ("course", "course_participant", "seminar", "staff_to_train")
FUNCTIONS = ("end_seminar_invitation",)
