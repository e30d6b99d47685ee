"""Rights of data subjects (Law 151 of 2020) in every service: what is carried out of them.

card-service decides and tells; every service keeps whose data are restricted (`chassis.processing`) and erases what
it need not keep (`erasure`), as its tables of personal data (`chassis.records.held`) say.
"""

from __future__ import annotations

TABLES = ("erased_person",)
APPEND_ONLY = ("erased_person",)
FUNCTIONS = ("end_erased_person", "end_legal_hold", "end_restriction")
