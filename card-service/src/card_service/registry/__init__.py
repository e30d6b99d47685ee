"""The register: citizens in their households over time, what counts in which month, and the bulk import."""

TABLES = (
    "change_request",
    "change_request_act",
    "change_request_evidence",
    "change_request_view",
    "citizen",
    "entitlement_decision",
    "former_national_id",
    "former_residence",
    "household",
    "import_job",
    "import_part",
    "import_ref",
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
    "former_residence",
    "import_rejection",
    "import_result",
    "register_change",
)
KEPT = (
    "change_request",
    "change_request_evidence",
    "membership",
    "months_claim",
)
