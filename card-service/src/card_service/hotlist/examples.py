"""Worked example of a part of the hot list, for the API's document; the key is that of `cards.examples`."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

PART_CLAIMS: Final[dict[str, JsonValue]] = {
    "gov": "03",
    "from": "0a1b2c3d.871.0193a1c2-0000-7000-8000-000000000002",
    "to": "0a1b2c3d.874.ffffffff-ffff-ffff-ffff-ffffffffffff",
    "add": ["0193a1c2-0000-7000-8000-000000000031"],
    "remove": ["0193a1c2-0000-7000-8000-000000000002"],
    "more": False,
    "keys": ["ed25519-example"],
    "at": 1793869200,
    "exp": 1794042000,
}
PART: Final = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTktZXhhbXBsZSIsInR5cCI6InVuaWNhcmQtaG90LWxpc3QrandzIn0.eyJnb3YiOiIwMyIsIm"
    "Zyb20iOiIwYTFiMmMzZC44NzEuMDE5M2ExYzItMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwidG8iOiIwYTFiMmMzZC44NzQuZmZmZmZm"
    "ZmYtZmZmZi1mZmZmLWZmZmYtZmZmZmZmZmZmZmZmIiwiYWRkIjpbIjAxOTNhMWMyLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAzMSJdLCJyZW"
    "1vdmUiOlsiMDE5M2ExYzItMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIl0sIm1vcmUiOmZhbHNlLCJrZXlzIjpbImVkMjU1MTktZXhhbXBs"
    "ZSJdLCJhdCI6MTc5Mzg2OTIwMCwiZXhwIjoxNzk0MDQyMDAwfQ.rdpu4dYUMRrD4W8ixgbvmnpy33qp5H7t5tS3r6-QplT4ILMrxrLuBwimeYk"
    "mocnMM_VEdU3-49GPdYyPlZE7Bg"
)
