"""The first page: what its person may do here."""
