"""Dated figures: files, the books, and how they are looked up."""

TABLES = ("policy",)
