"""A worked example of a credential, signed by the first key of RFC 8032, 7.1; see `tests/unit/test_credentials.py`."""

from __future__ import annotations

from typing import Final

from card_service.credentials.claims import Claims

CREDENTIAL: Final = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTktZXhhbXBsZSIsInR5cCI6InVuaWNhcmQrandzIn0.eyJ2IjoyLCJjYXJkIjoiMDE5M2ExYzIt"
    "MDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaG91c2Vob2xkIjoiMDE5M2ExYzItMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZ292"
    "IjoiMDMiLCJzZXJ2aWNlcyI6WyJwYXltZW50Iiwic3VwcGx5Il0sInNpemVzIjpbeyJtb250aCI6IjIwMjYtMTEiLCJnb29kcyI6MywiYnJlYWQi"
    "OjR9LHsibW9udGgiOiIyMDI2LTEyIiwiZ29vZHMiOjQsImJyZWFkIjo1fV0sImxhc3RfbW9udGgiOiIyMDI3LTAxIiwiZXhwIjoxODAxNDMyODAw"
    "fQ.Lma3cqNeoF6QAZ4yNyIC6SgJ9kK73buC5jgaGQuZa8v6oAlvG0vaYlez48fvsP0Ys3nVKHGpt6Y2QbEdv3_XDg"
)
CREDENTIAL_CLAIMS: Final = Claims(
    v=2,
    card="0193a1c2-0000-7000-8000-000000000002",
    household="0193a1c2-0000-7000-8000-000000000003",
    gov="03",
    services=["payment", "supply"],
    sizes=[{"month": "2026-11", "goods": 3, "bread": 4}, {"month": "2026-12", "goods": 4, "bread": 5}],
    last_month="2027-01",
    exp=1801432800,
)
