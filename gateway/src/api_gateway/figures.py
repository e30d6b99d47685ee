"""The policies that the gateway judges by: who decides what is proposed here, and within which time. Pure."""

from __future__ import annotations

from datetime import date

from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS

KEYS = Keys(date(2023, 8, 1), TERMS, RETENTION)
