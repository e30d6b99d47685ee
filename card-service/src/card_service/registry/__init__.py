"""The register: citizens in their households, and its bulk import."""
