"""The register: citizens in their households, and its bulk import."""

TABLES = ("citizen", "household", "import_job", "import_rejection", "import_upload")
APPEND_ONLY = ("import_rejection",)
