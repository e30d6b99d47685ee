"""Examples of sales, for the API's document: to a household of three at a bakery, to one of two at a grocer's."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

CARD: Final = "0193a1c2-0000-7000-8000-000000000002"
TERMINAL: Final = "0193a1c2-0000-7000-8000-00000000000a"
OUTLET: Final = "0193a1c2-0000-7000-8000-00000000000b"
SALE_ID: Final = "0193a1c2-0000-7000-8000-000000000006"
_HOLD: Final[dict[str, JsonValue]] = {
    "kind": "wallet",
    "payment_id": "0193a1c2-0000-7000-8000-000000000005",
    "amount": 1070,
}
_BASKET: Final[list[JsonValue]] = [
    {"programme": "goods", "item": "oil", "quantity": 2},
    {"programme": "goods", "item": "sugar", "quantity": 2},
    {"programme": "goods", "item": "milk_powder_125g", "quantity": 1},
]
_PROOF: Final = "`proof` of POST /v1/holder-proofs"
_TODAY: Final[dict[str, JsonValue]] = {"business_day": "2026-11-05", "occurred_at": "2026-11-05T09:00:00.459190Z"}
_LOAVES: Final[dict[str, JsonValue]] = {
    "programme": "bread",
    "item": "loaf",
    "quantity": 15,
    "amount": 300,
    "days": ["2026-11-05"],
}
_MIXED: Final[list[JsonValue]] = [
    {"programme": "goods", "item": "oil", "quantity": 2, "amount": 6000},
    {"programme": "goods", "item": "sugar", "quantity": 2, "amount": 2520},
    {"programme": "goods", "item": "milk_powder_125g", "quantity": 1, "amount": 1480, "wallet": 1070},
]
_PERIOD: Final = "2026-11-01"

BREAD: Final[dict[str, JsonValue]] = {
    "card_id": CARD,
    "lines": [{"programme": "bread", "item": "loaf", "quantity": 15}],
    "occurred_at": "2026-11-05T09:00:00Z",
    "expected_amount": 300,
}
GOODS: Final[dict[str, JsonValue]] = {"card_id": CARD, "lines": _BASKET, "holder_proof": _PROOF}
WITH_WALLET: Final[dict[str, JsonValue]] = {**GOODS, "tenders": [_HOLD]}
WITH_CASH: Final[dict[str, JsonValue]] = {**GOODS, "cash": 1070}
SOLD_BREAD: Final[dict[str, JsonValue]] = {
    "redemption_id": SALE_ID,
    "card_id": CARD,
    **_TODAY,
    "lines": [_LOAVES],
    "cash_due": 300,
    "tenders": [],
    "remaining": [{"programme": "bread", "unit": "loaf", "remaining": 435, "period": _PERIOD}],
    "message_ar": "تم صرف 15 رغيفاً. المتبقي: الخبز 435 رغيفاً",
    "message_en": "15 loaves were drawn. Remaining: bread 435 loaves",
    "receipt_lines_ar": ["رغيف خبز مدعم × 15 = 3.00 جنيه", "المطلوب نقداً: 3.00 جنيه"],
    "receipt_lines_en": ["Subsidised loaf × 15 = EGP 3.00", "To be paid in cash: EGP 3.00"],
}
SOLD_GOODS: Final[dict[str, JsonValue]] = {
    "redemption_id": SALE_ID,
    "card_id": CARD,
    **_TODAY,
    "lines": _MIXED,
    "cash_due": 0,
    "tenders": [_HOLD],
    "remaining": [{"programme": "goods", "unit": "piastre", "remaining": 0, "period": _PERIOD}],
    "message_ar": "تم صرف سلع بقيمة 100.00 جنيه وتم دفع 10.70 جنيه من المحفظة. المتبقي: السلع التموينية 0.00 جنيه",
    "message_en": "Goods for EGP 100.00 were drawn, EGP 10.70 were paid from the wallet."
    " Remaining: goods allowance EGP 0.00",
    "receipt_lines_ar": [
        "زيت 800 مل × 2 = 60.00 جنيه",
        "سكر 1 كجم × 2 = 25.20 جنيه",
        "لبن جاف 125 جم × 1 = 25.50 جنيه",
        "من المحفظة: 10.70 جنيه",
    ],
    "receipt_lines_en": [
        "Oil 800 ml × 2 = EGP 60.00",
        "Sugar 1 kg × 2 = EGP 25.20",
        "Milk powder 125 g × 1 = EGP 25.50",
        "From the wallet: EGP 10.70",
    ],
}
REASON: Final[dict[str, JsonValue]] = {"reason": "wrong_goods"}
REASON_OF_A_LINE: Final[dict[str, JsonValue]] = {"reason": "wrong_goods", "lines": [0]}
TAKEN_BACK: Final[dict[str, JsonValue]] = {
    "reversal_id": "0193a1c2-0000-7000-8000-000000000007",
    "redemption_id": SALE_ID,
    "card_id": CARD,
    **_TODAY,
    "cash_returned": 300,
    "tenders": [],
    "remaining": [{"programme": "bread", "unit": "loaf", "remaining": 450, "period": _PERIOD}],
    "message_ar": "تم إلغاء العملية. المتبقي: الخبز 450 رغيفاً",
    "message_en": "The draw was reversed. Remaining: bread 450 loaves",
}
_LISTED: Final[dict[str, JsonValue]] = {
    "redemption_id": SALE_ID,
    "terminal_id": TERMINAL,
    **_TODAY,
    "offline": False,
    "conflict": None,
    "lines": _MIXED,
    "cash_due": 0,
    "tenders": [_HOLD],
    "reversal": None,
}
OWN_SALES: Final[dict[str, JsonValue]] = {"items": [_LISTED], "next": None}
RECORD: Final[dict[str, JsonValue]] = {**_LISTED, "card_id": CARD, "outlet_id": OUTLET, "presence": "pin"}
