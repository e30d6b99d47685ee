"""In which column of a file a faulty row is wrong, by the code of its fault."""

from __future__ import annotations

from typing import Final

_AMOUNT: Final = "amount"
_REFERENCE: Final = "reference"
_PAYEE: Final = ("payee_", "citizen_id_", "card_", "national_id_")


def column_of(code: str) -> str:
    """The text that names the column; that of the whole row where it is not one cell that is wrong."""
    if code.startswith(f"{_AMOUNT}_"):
        return "column.amount"
    if code.startswith(f"{_REFERENCE}_"):
        return "column.item_reference"
    return "column.payee" if code.startswith(_PAYEE) else "column.row"
