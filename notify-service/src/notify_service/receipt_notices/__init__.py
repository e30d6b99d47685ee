"""Notices on receipts: a few lines that terminals print for a time, written by one person and approved by another."""

TABLES = ("receipt_notice",)
KEPT = ("receipt_notice",)
