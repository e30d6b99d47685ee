"""Examples of visits at a clinic's terminal, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_VISIT: Final = "0193a1c2-0000-7000-8000-000000000021"
_PATIENT: Final = "0193a1c2-0000-7000-8000-000000000022"
VISIT: Final[dict[str, JsonValue]] = {
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "service": "medicines",
    "lines": [{"code": "A10BA02", "price": 12050, "quantity": 1}],
    "diagnosis": {"system": "ICD-10", "code": "E11.9"},
    "holder_proof": "`proof` of POST /v1/holder-proofs for a visit",
}
RECEIPT: Final[dict[str, JsonValue]] = {
    "encounter_id": _VISIT,
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "patient_id": _PATIENT,
    "provider_id": "0193a1c2-0000-7000-8000-000000000023",
    "service": "medicines",
    "occurred_at": "2026-11-05T09:00:00Z",
    "total": 12050,
    "copayment": 1205,
    "insurer_part": 10845,
    "cap_applied": False,
    "exempt": False,
    "currency": "EGP",
    "copayment_id": "0193a1c2-0000-7000-8000-000000000024",
    "copayment_state": "due",
    "failure": None,
    "referrals": [],
    "review": None,
    "review_reasons": [],
    "review_by": None,
    "insurer_state": "payable",
}
ENTERED: Final[dict[str, JsonValue]] = {
    **RECEIPT,
    "copayment_state": "paid",
    "emergency": False,
    "referral_id": None,
    "recorded_at": "2026-11-05T09:00:01Z",
    "lines": VISIT["lines"],
    "diagnosis": VISIT["diagnosis"],
}
COLLECTION: Final[dict[str, JsonValue]] = {"holder_proof": VISIT["holder_proof"]}
REASON: Final[dict[str, JsonValue]] = {"reason": "entered for another patient"}
REVERSED: Final[dict[str, JsonValue]] = {"id": _VISIT, "state": "reversed", "proposal_id": None}
