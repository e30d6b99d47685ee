"""Use case: taking in what a terminal sold without a network. Safe to repeat, whole or in part."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import security
from chassis.clock import business_day
from chassis.principal import Principal
from chassis.refusals import Refusal
from chassis.security import Happening
from supply_service.context import Context, Runtime
from supply_service.gaps import repository as gaps
from supply_service.offline import chain, contacts, repository, results, reversals
from supply_service.offline.booking import NewSale, take
from supply_service.offline.bounds import Bounds
from supply_service.offline.chain import Finding, Link, Signature, SigningKey, Told
from supply_service.offline.schemas import (
    Gap,
    OfflineBatch,
    OfflineBatchReply,
    OfflineReversal,
    OfflineSale,
    SaleResult,
)
from supply_service.offline.suspended import ensure_before
from supply_service.redemptions.service import terminal_of
from supply_service.rules.late_refusals import CredentialInvalid, OccurredInFuture, SaleTooOld
from supply_service.rules.sale import Place, figures_on

Item = OfflineSale | OfflineReversal


class KeyUnknown(Refusal):
    """The terminal's key is not known here"""

    code = "terminal_key_unknown"
    title_ar = "مفتاح الماكينة غير مسجل"


async def take_in(
    session: AsyncSession, runtime: Runtime, caller: Principal, batch: OfflineBatch, raw: Sequence[dict[str, object]]
) -> OfflineBatchReply:
    """Verify, judge and book a batch. `raw` are the sales as they came: the signature covers them to the letter.

    Raises KeyUnknown, the refusals of a terminal, or Busy; what was booked until then stays booked and is
    a duplicate when the batch is sent again.
    """
    terminal = await terminal_of(runtime, caller)
    place, made = terminal.place, runtime.state
    if not terminal.active:
        await ensure_before(session, place.terminal_id, [item.occurred_at for item in batch.sales])
    if terminal.public_key is None:
        raise KeyUnknown("Enrol the terminal first.", detail_ar="يجب تسجيل الماكينة أولاً")
    keys = await _keys(session, runtime, place, terminal.public_key)
    links, signatures = await asyncio.to_thread(_verify, keys, raw, batch.sales)
    await made.credentials.keep(session, runtime.clock.now())
    await repository.lock(session, place.terminal_id)
    known = await repository.known(session, place.terminal_id, links)
    faults = [signature.fault for signature in signatures]
    findings = chain.examine(list(zip(links, faults, strict=True)), known)
    items: dict[int, Item] = {id(link): item for link, item in zip(links, batch.sales, strict=True)}
    now = runtime.clock.now()
    unknown, found = await asyncio.to_thread(_sort_out, findings, items, made, now)
    await _record(session, place, [finding for finding in findings if id(finding.link) in found], found, items)
    await _repeat(session, place, findings, items)
    found |= await _take_in_order(session, runtime, place, unknown, items)
    await reversals.settle_waiting(session, runtime, place)
    missing = await repository.gaps(session, place.terminal_id)
    await contacts.add(session, place.terminal_id, now)
    await gaps.put(session, place.terminal_id, place.outlet_id, missing, now)
    accepted = [r for r in found.values() if r.status != "duplicate" and r.redemption_id is not None]
    return OfflineBatchReply(
        accepted=len(accepted),
        results=[found[id(link)] for link in links],
        gap=[Gap(first=first, last=last) for key, first, last in missing if key == keys[0].number] or None,
    )


async def _take_in_order(
    session: AsyncSession, runtime: Runtime, place: Place, unknown: Sequence[Finding], items: Mapping[int, Item]
) -> dict[int, SaleResult]:
    """Book sales and take sales back as they follow each other: runs of sales, and reversals one by one."""
    made = runtime.state
    sold = [item for finding in unknown if isinstance(item := items[id(finding.link)], OfflineSale)]
    verified = made.credentials.at_hand or not made.credentials.configured
    bounds = await Bounds.read(session, place, sold, made.snapshot.figures, verified=verified)
    found: dict[int, SaleResult] = {}
    for _, run in groupby(unknown, lambda finding: type(items[id(finding.link)])):
        findings = list(run)
        new: list[NewSale] = []
        for finding in findings:
            link, item = finding.link, items[id(finding.link)]
            if isinstance(item, OfflineSale):
                new.append(NewSale(link, item, bounds.judge(item)))
            else:
                found[id(link)] = await reversals.take_back(session, runtime, place, link, item)
        if new:
            found |= await take(session, runtime, place, new)
    return found


async def _repeat(session: AsyncSession, place: Place, findings: Iterable[Finding], items: Mapping[int, Item]) -> None:
    for finding in findings:
        item = items[id(finding.link)]
        if finding.repeats is not None and finding.repeats.status == "reversed" and isinstance(item, OfflineReversal):
            await reversals.repeat(session, place, item)


def _number(item: Item) -> UUID:
    return item.reversal_id if isinstance(item, OfflineReversal) else item.sale_id


async def _keys(session: AsyncSession, runtime: Runtime, place: Place, public_key: str) -> list[SigningKey]:
    """The terminal's keys, the one in use first; one that no event of its enrolment has entered yet is entered."""
    found = await repository.keys(session, place.terminal_id)
    if not found or found[0].public_key != public_key:
        await repository.add_key(session, place.terminal_id, public_key, runtime.clock.now())
        found = await repository.keys(session, place.terminal_id)
    return found


def _verify(
    keys: Sequence[SigningKey], raw: Sequence[dict[str, object]], sales: Sequence[Item]
) -> tuple[list[Link], list[Signature]]:
    """The places of sales in the chains of the keys that signed them; runs in a thread, since signatures take time."""
    told = [
        Told(document, chain.link(document, item.sequence, _number(item), item.previous_hash), item.occurred_at)
        for document, item in zip(raw, sales, strict=True)
    ]
    signatures = chain.signatures_of(told, keys)
    return [one.link._replace(key=by.key) for one, by in zip(told, signatures, strict=True)], signatures


def _sort_out(
    findings: Sequence[Finding], items: Mapping[int, Item], made: Context, now: datetime
) -> tuple[list[Finding], dict[int, SaleResult]]:
    """What has to be booked or taken back, and the results of everything else, by link.

    Runs in a thread: a credential takes as long as a signature, and the sales of others go on meanwhile.
    """
    new: list[Finding] = []
    found: dict[int, SaleResult] = {}
    for finding in findings:
        link = finding.link
        if finding.fault is not None:
            found[id(link)] = results.rejected(link, finding.fault)
        elif finding.repeats is not None or finding.repeats_upload:
            found[id(link)] = results.duplicate(link, finding.repeats)
        elif code := _untimely(items[id(link)], made, now):
            found[id(link)] = results.rejected(link, code)
        else:
            new.append(finding)
    return new, found


def _untimely(item: Item, made: Context, now: datetime) -> str | None:
    """Why an item is refused before any rule is asked: its time, or a credential that is not the card's."""
    figures = figures_on(made.snapshot.figures, business_day(now))
    if item.occurred_at > now + timedelta(seconds=figures.clock_skew_seconds):
        return OccurredInFuture.code
    if item.occurred_at < now - timedelta(days=figures.offline_days):
        return SaleTooOld.code
    if isinstance(item, OfflineReversal) or not made.credentials.at_hand:
        return None
    return None if made.credentials.holds(item.credential, item.card_id, item.occurred_at) else CredentialInvalid.code


async def _record(
    session: AsyncSession,
    place: Place,
    findings: Sequence[Finding],
    found: Mapping[int, SaleResult],
    items: Mapping[int, Item],
) -> None:
    """Keep what was not booked: contradictions of the chain as evidence, other authentic sales in the chain itself."""
    refused: list[tuple[Link, str, str, datetime]] = []
    contradicting: list[tuple[Link, str]] = []
    for finding in findings:
        result = found[id(finding.link)]
        unbooked = result.redemption_id is None and result.status in {"rejected", "disputed"}
        if not unbooked or finding.fault in {"signature_invalid", "key_replaced"}:
            continue
        if finding.fault is None:
            at = items[id(finding.link)].occurred_at
            refused.append((finding.link, result.status, str(result.code), at))
        else:
            contradicting.append((finding.link, str(result.code)))
    if forked := [link.sequence for link, code in contradicting if code == "chain_forked"]:
        security.raised(Happening.CHAIN_FORKED, terminal=str(place.terminal_id), sequences=forked[:20])
    await repository.keep(session, place.terminal_id, refused)
    await repository.keep_evidence(session, place.terminal_id, contradicting)
