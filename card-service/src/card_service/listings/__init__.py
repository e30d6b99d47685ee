"""The register as a list: households with their heads and cards, filtered, sorted, counted, page by page."""
