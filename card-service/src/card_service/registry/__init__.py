"""The register: citizens in their households over time, what counts in which month, and the bulk import."""

TABLES = (
    "change_request",
    "change_request_act",
    "change_request_evidence",
    "change_request_view",
    "citizen",
    "drawn_after_death",
    "entitlement_decision",
    "former_national_id",
    "former_residence",
    "freed_national_id",
    "household",
    "import_check_mark",
    "import_job",
    "import_part",
    "import_ref",
    "import_refused",
    "import_rejection",
    "import_result",
    "import_upload",
    "membership",
    "mobile_code",
    "months_claim",
    "register_change",
)
APPEND_ONLY = (
    "change_request_act",
    "change_request_view",
    "entitlement_decision",
    "former_national_id",
    "freed_national_id",
    "import_rejection",
    "import_result",
    "register_change",
)
KEPT = (
    "change_request",
    "change_request_evidence",
    "drawn_after_death",
    "former_residence",
    "membership",
    "months_claim",
)
FUNCTIONS = ("end_change_request", "end_import_refused", "end_import_result", "end_membership")
