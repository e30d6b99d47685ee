"""Every declared key is read, and every row is read or on record."""

from __future__ import annotations

from pathlib import Path

from payment_service import POLICIES, keys
from payment_service.keys import KEYS
from policybook.files import read_policies
from policybook.testing import unread_keys


def test_every_declared_key_is_read_and_every_row_is_read_or_on_record() -> None:
    assert not unread_keys(Path(keys.__file__))
    assert {row.key for row in read_policies(POLICIES, KEYS) if KEYS.reads(row)} == {key.name for key in KEYS}
