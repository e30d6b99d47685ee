"""Notices that terminals print on receipts, and how many households were shown each."""

TABLES = ("receipt_notice", "receipt_notice_shown", "receipt_notice_figure", "receipt_notice_count")
