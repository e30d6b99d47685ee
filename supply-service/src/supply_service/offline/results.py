"""What is told of the items of an upload."""

from __future__ import annotations

from supply_service.offline.chain import Known, Link
from supply_service.offline.schemas import SaleResult
from supply_service.sales.claims import Claim


def rejected(link: Link, code: str) -> SaleResult:
    """Nothing of it is booked."""
    return SaleResult(sequence=link.sequence, sale_id=link.sale_id, status="rejected", code=code)


def disputed(link: Link, made: Claim) -> SaleResult:
    """A part of it, or all, stands in dispute."""
    return SaleResult(
        sequence=link.sequence,
        sale_id=link.sale_id,
        status="disputed",
        code=made.reason,
        redemption_id=made.redemption_id,
        dispute_id=made.dispute_id,
    )


def duplicate(link: Link, first: Known | None) -> SaleResult:
    """It came before: what became of it then, where that is in the books already."""
    told = {"sequence": link.sequence, "sale_id": link.sale_id, "status": "duplicate"}
    if first is not None:
        told |= {
            "code": first.code,
            "redemption_id": first.redemption_id,
            "dispute_id": first.dispute_id,
            "first_status": first.status,
        }
    return SaleResult.model_validate(told)
