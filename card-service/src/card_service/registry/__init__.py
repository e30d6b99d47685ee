"""The register: citizens in their households over time, what counts in which month, and the bulk import."""

TABLES = (
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
    "register_change",
)
APPEND_ONLY = (
    "entitlement_decision",
    "former_national_id",
    "former_residence",
    "import_rejection",
    "import_result",
    "register_change",
)
KEPT = ("membership",)
