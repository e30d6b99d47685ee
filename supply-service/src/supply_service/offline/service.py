"""Use case: taking in what a terminal sold without a network. Safe to repeat, whole or in part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import security, telemetry
from chassis.clock import business_day
from chassis.principal import Principal
from chassis.refusals import Refusal
from chassis.security import Happening
from supply_service.cards import credential
from supply_service.context import Context, Runtime
from supply_service.offline import chain, repository
from supply_service.offline.chain import Finding, Link, Signature, SigningKey
from supply_service.offline.schemas import Gap, OfflineBatch, OfflineBatchReply, OfflineSale, SaleResult
from supply_service.redemptions.service import place_of
from supply_service.rules.sale import Place, figures_on
from supply_service.sales.orders import SaleOrder, Signed
from supply_service.sales.outcomes import Outcome, Sold

AT_ONCE = 64  # sales submitted together, so that a large batch leaves room for those of others


class KeyUnknown(Refusal):
    """The terminal's key is not known here"""

    code = "terminal_key_unknown"
    title_ar = "مفتاح الماكينة غير مسجل"


@dataclass(frozen=True, slots=True)
class _New:
    """An authentic sale that is not in the books yet."""

    link: Link
    sale: OfflineSale


async def take_in(
    session: AsyncSession, runtime: Runtime, caller: Principal, batch: OfflineBatch, raw: Sequence[dict[str, object]]
) -> OfflineBatchReply:
    """Verify, judge and book a batch. `raw` are the sales as they came: the signature covers them to the letter.

    Raises KeyUnknown, the refusals of a terminal, or Busy; what was booked until then stays booked and is
    a duplicate when the batch is sent again.
    """
    place = await place_of(runtime, caller)
    made = runtime.state
    terminal = made.registry.find(place.terminal_id)
    if terminal is None or terminal.public_key is None:
        raise KeyUnknown("Enrol the terminal first.", detail_ar="يجب تسجيل الماكينة أولاً")
    keys = await _keys(session, runtime, place, terminal.public_key)
    signatures = await asyncio.to_thread(_verify, keys, raw, batch.sales)
    links = [
        chain.link(document, sale.sequence, sale.sale_id, sale.previous_hash)._replace(key=signature.key)
        for document, sale, signature in zip(raw, batch.sales, signatures, strict=True)
    ]
    known = await repository.known(session, place.terminal_id, links)
    faults = [signature.fault for signature in signatures]
    findings = chain.examine(list(zip(links, faults, strict=True)), known)
    sales = {id(link): sale for link, sale in zip(links, batch.sales, strict=True)}
    now = runtime.clock.now()
    new, results = _sort_out(findings, sales, made, now)
    results |= await _book(session, runtime, place, new)
    await _record(session, place, findings, results)
    gaps = await repository.gaps(session, place.terminal_id, keys[0].number)
    accepted = [r for r in results.values() if r.status in {"applied", "overdrawn"}]
    return OfflineBatchReply(
        accepted=len(accepted),
        results=[results[id(link)] for link in links],
        gap=[Gap(first=first, last=last) for first, last in gaps] or None,
    )


async def _keys(session: AsyncSession, runtime: Runtime, place: Place, public_key: str) -> list[SigningKey]:
    """The terminal's keys, the one in use first; one that no event of its enrolment has entered yet is entered."""
    found = await repository.keys(session, place.terminal_id)
    if not found or found[0].public_key != public_key:
        await repository.add_key(session, place.terminal_id, public_key, runtime.clock.now())
        found = await repository.keys(session, place.terminal_id)
    return found


def _verify(
    keys: Sequence[SigningKey], raw: Sequence[dict[str, object]], sales: Sequence[OfflineSale]
) -> list[Signature]:
    """Check every signature; runs in a thread, 1,000 of them take a tenth of a second."""
    return [chain.signature_of(one, sale.occurred_at, keys) for one, sale in zip(raw, sales, strict=True)]


def _sort_out(
    findings: Sequence[Finding], sales: dict[int, OfflineSale], made: Context, now: datetime
) -> tuple[list[_New], dict[int, SaleResult]]:
    """What has to be booked, and the results of everything else, by link."""
    new: list[_New] = []
    results: dict[int, SaleResult] = {}
    for finding in findings:
        link = finding.link
        sale = sales[id(link)]
        if finding.fault is not None:
            results[id(link)] = _rejected(link, finding.fault)
        elif finding.repeats is not None:
            first = finding.repeats
            results[id(link)] = SaleResult.model_validate(
                {
                    "sequence": link.sequence,
                    "sale_id": link.sale_id,
                    "status": "duplicate",
                    "code": first.code,
                    "redemption_id": first.redemption_id,
                    "first_status": first.status,
                }
            )
        elif finding.repeats_upload:
            results[id(link)] = SaleResult(sequence=link.sequence, sale_id=link.sale_id, status="duplicate")
        elif code := _untimely(sale, made, now):
            results[id(link)] = _rejected(link, code)
        else:
            new.append(_New(link, sale))
    return new, results


def _untimely(sale: OfflineSale, made: Context, now: datetime) -> str | None:
    """Why a sale is refused before any rule is asked: its time, or a credential that is not the card's."""
    figures = figures_on(made.snapshot.figures, business_day(now))
    if sale.occurred_at > now + timedelta(seconds=figures.clock_skew_seconds):
        return "occurred_in_future"
    if sale.occurred_at < now - timedelta(days=figures.offline_days):
        return "sale_too_old"
    if made.credentials.configured and not made.credentials.holds(sale.credential, sale.card_id, sale.occurred_at):
        return credential.CODE
    return None


async def _book(session: AsyncSession, runtime: Runtime, place: Place, new: Sequence[_New]) -> dict[int, SaleResult]:
    lanes = runtime.state.lanes
    traceparent = telemetry.current_traceparent()
    results: dict[int, SaleResult] = {}
    for start in range(0, len(new), AT_ONCE):
        chosen = new[start : start + AT_ONCE]
        orders = [_order(place, one, traceparent) for one in chosen]
        outcomes = await asyncio.gather(*(lanes.submit(order) for order in orders), return_exceptions=True)
        for one, outcome in zip(chosen, outcomes, strict=True):
            results[id(one.link)] = await _result(session, place, one.link, outcome)
    return results


async def _result(session: AsyncSession, place: Place, link: Link, outcome: Outcome | BaseException) -> SaleResult:
    if isinstance(outcome, Sold):
        sale = outcome.sale
        return SaleResult(
            sequence=link.sequence,
            sale_id=link.sale_id,
            status="overdrawn" if sale.conflict else "applied",
            redemption_id=sale.sale_id,
            code=sale.conflict,
        )
    if isinstance(outcome, asyncpg.UniqueViolationError):
        # The same batch is being uploaded twice at once, and the other was faster with this sale.
        found = chain.examine([(link, None)], await repository.known(session, place.terminal_id, [link]))[0]
        if found.repeats is not None:
            return SaleResult(
                sequence=link.sequence,
                sale_id=link.sale_id,
                status="duplicate",
                redemption_id=found.repeats.redemption_id,
            )
        return _rejected(link, found.fault or "chain_forked")
    if isinstance(outcome, Refusal):
        return _rejected(link, outcome.code)
    raise outcome if isinstance(outcome, BaseException) else TypeError(type(outcome))


async def _record(
    session: AsyncSession, place: Place, findings: Sequence[Finding], results: dict[int, SaleResult]
) -> None:
    """Keep what was refused: contradictions of the chain as evidence, other authentic sales in the chain itself."""
    refused: list[tuple[Link, str]] = []
    contradicting: list[tuple[Link, str]] = []
    for finding in findings:
        result = results[id(finding.link)]
        if result.status != "rejected" or finding.fault in {"signature_invalid", "key_replaced"}:
            continue
        (refused if finding.fault is None else contradicting).append((finding.link, str(result.code)))
    if forked := [link.sequence for link, code in contradicting if code == "chain_forked"]:
        security.raised(Happening.CHAIN_FORKED, terminal=str(place.terminal_id), sequences=forked[:20])
    await repository.reject(session, place.terminal_id, refused)
    await repository.keep_evidence(session, place.terminal_id, contradicting)


def _order(place: Place, one: _New, traceparent: str | None) -> SaleOrder:
    link, sale = one.link, one.sale
    return SaleOrder(
        place=place,
        key=None,
        fingerprint=b"",
        traceparent=traceparent,
        card_id=sale.card_id,
        lines=sale.lines,
        occurred_at=sale.occurred_at,
        signed=Signed(repository.stored(link), link.sale_id, link.hash, link.previous_hash, link.document),
    )


def _rejected(link: Link, code: str) -> SaleResult:
    return SaleResult(sequence=link.sequence, sale_id=link.sale_id, status="rejected", code=code)
