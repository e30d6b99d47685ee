"""A bread code as it is told and typed."""

from __future__ import annotations

import pytest

from card_service.losses.digits import Digits, made, read


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("482913 0571", Digits("482913", "0571")),
        ("4829130571", Digits("482913", "0571")),
        (" 482913-0571 ", Digits("482913", "0571")),
        ("٤٨٢٩١٣ ٠٥٧١", Digits("482913", "0571")),
        ("482913 057", None),
        ("482913 05711", None),
        ("48291x 0571", None),
        ("", None),
    ],
)
def test_what_is_typed(typed: str, found: Digits | None) -> None:
    assert read(typed) == found


def test_what_is_made_is_read() -> None:
    codes = {made() for _ in range(50)}
    assert len(codes) > 40
    assert all(read(code.written) == code for code in codes)
