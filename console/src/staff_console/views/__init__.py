"""Views of lists that people keep: a name of their own for a filter, which never names a person."""

TABLES = ("saved_view",)
