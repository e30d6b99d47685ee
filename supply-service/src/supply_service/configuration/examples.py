"""Worked example of a terminal's configuration, for the API's document, signed with the first key of RFC 8032, 7.1."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

KEY: Final[dict[str, JsonValue]] = {
    "kty": "OKP",
    "crv": "Ed25519",
    "use": "sig",
    "alg": "EdDSA",
    "kid": "ed25519-example",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
CONTENT: Final[dict[str, JsonValue]] = {
    "terminal": "0193a1c2-0000-7000-8000-00000000000a",
    "outlet": "0193a1c2-0000-7000-8000-00000000000b",
    "kind": "bakery",
    "gov": "03",
    "at": 1793829600,
    "exp": 1794175200,
    "terms": [
        {
            "from": "2026-11-05",
            "price_list": "8d9c3a55bd0d6f51d11b08be857dcc40844713c8c227d718c70817c936783205",
            "programmes": ["bread"],
            "household": {
                "loaves_per_person": 5,
                "loaves_per_day": 20,
                "days_per_draw": [[1, 3]],
                "single_days_at_month_end": 3,
                "loaves_unproven": 40,
            },
            "spell": {"sales": 5000, "amount": 20000000, "hours": 72},
            "upload_days": 7,
            "clock_skew_seconds": 300,
        }
    ],
}
SIGNED: Final = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTktZXhhbXBsZSIsInR5cCI6InVuaWNhcmQtdGVybWluYWwtY29uZmlndXJhdGlvbitqd3MifQ"
    ".eyJ0ZXJtaW5hbCI6IjAxOTNhMWMyLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwYSIsIm91dGxldCI6IjAxOTNhMWMyLTAwMDAtNzAwMC04MD"
    "AwLTAwMDAwMDAwMDAwYiIsImtpbmQiOiJiYWtlcnkiLCJnb3YiOiIwMyIsImF0IjoxNzkzODI5NjAwLCJleHAiOjE3OTQxNzUyMDAsInRlcm1zI"
    "jpbeyJmcm9tIjoiMjAyNi0xMS0wNSIsInByaWNlX2xpc3QiOiI4ZDljM2E1NWJkMGQ2ZjUxZDExYjA4YmU4NTdkY2M0MDg0NDcxM2M4YzIyN2Q3"
    "MThjNzA4MTdjOTM2NzgzMjA1IiwicHJvZ3JhbW1lcyI6WyJicmVhZCJdLCJob3VzZWhvbGQiOnsibG9hdmVzX3Blcl9wZXJzb24iOjUsImxvYXZ"
    "lc19wZXJfZGF5IjoyMCwiZGF5c19wZXJfZHJhdyI6W1sxLDNdXSwic2luZ2xlX2RheXNfYXRfbW9udGhfZW5kIjozLCJsb2F2ZXNfdW5wcm92ZW"
    "4iOjQwfSwic3BlbGwiOnsic2FsZXMiOjUwMDAsImFtb3VudCI6MjAwMDAwMDAsImhvdXJzIjo3Mn0sInVwbG9hZF9kYXlzIjo3LCJjbG9ja19za"
    "2V3X3NlY29uZHMiOjMwMH1dfQ.KKTPf-z3hL_KiqlLefK5shTh1TUHexg5Cs8qv0HggePnlvZD-L7uaI_kvERr6i92ZLpIi2pIhgPXKonLchSFD"
    "Q"
)
