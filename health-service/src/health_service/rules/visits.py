"""Whether a visit may be entered: the card, the family's cover, the path of care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.refusals import Refusal
from health_service.rules import refusals
from health_service.rules.figures import Figures
from health_service.rules.standing import ACTIVE, ENDED, SUSPENDED, Standing

LIVE = "active"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Card:
    """A card as health knows it."""

    card_id: UUID
    household_id: UUID
    citizen_id: UUID | None
    state: str
    blocked: bool
    health: bool
    blocked_at: datetime | None = None  # None of what was told before that was kept, as below
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A patient sent on to a service."""

    referral_id: UUID
    citizen_id: UUID
    service: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to be entered: who gives what to whom."""

    provider_kind: str
    service: str
    patient_id: UUID | None
    emergency: bool
    referral_id: UUID | None
    refers_to: Sequence[str]


def card_refusal(card: Card, at: datetime | None = None) -> Refusal | None:
    """Why a card opens no care, or None; `at`: an instant in the past, by which a late visit is judged."""
    if card.blocked and _since(card.blocked_at, at):
        return refusals.CardBlocked(
            "Blocked cards are refused everywhere.", detail_ar="الكارت الموقوف لا يعمل في أي مكان."
        )
    if card.state == CLOSED and _since(card.closed_at, at):
        return refusals.CardClosed("Another card may have taken its place.", detail_ar="ربما صدر كارت آخر بدلاً منه.")
    if card.state not in {LIVE, CLOSED} or card.citizen_id is None:
        return refusals.CardNotActive(
            "It is activated after it was handed over.", detail_ar="يتم تفعيل الكارت بعد تسليمه."
        )
    if not card.health:
        return refusals.HealthNotEnabled(
            "It is enabled at the governorate's start or at the family unit.",
            detail_ar="يتم تفعيلها مع بدء المحافظة أو في وحدة طب الأسرة.",
        )
    return None


def _since(begun: datetime | None, at: datetime | None) -> bool:
    """Whether what has begun held at an instant already; now, where none is given."""
    return begun is None or at is None or at >= begun


def cover_refusal(standing: Standing) -> Refusal | None:
    """Why care that is no emergency is not covered, or None."""
    if standing.state == ACTIVE:
        return None
    since = standing.since.isoformat() if standing.since else None
    if standing.state == SUSPENDED:
        unpaid = standing.unpaid_from.isoformat() if standing.unpaid_from else None
        return refusals.CoverSuspended(
            f"Contributions are unpaid from {unpaid}.", detail_ar=f"اشتراكات غير مسددة من {unpaid}", since=since
        )
    if standing.state == ENDED:
        return refusals.CoverEnded(
            "The family lives where health insurance has not begun.",
            detail_ar="تقيم الأسرة حيث لم يبدأ التأمين الصحي بعد.",
        )
    return refusals.CoverNotBegun(
        f"It begins on {since}." if since else "", detail_ar=f"تبدأ في {since}." if since else "", begins_on=since
    )


def offer_refusal(figures: Figures, visit: Visit, referral: Referral | None) -> Refusal | None:
    """Why the provider may not give the service to this patient, or None. `referral`: the one named, if it is known."""
    if visit.service not in figures.tariffs:
        return refusals.ServiceUnknown(
            f"Services are {', '.join(figures.tariffs)}.", detail_ar=f"الخدمات: {', '.join(figures.tariffs)}."
        )
    if visit.service not in figures.services_offered.get(visit.provider_kind, frozenset()):
        return refusals.ServiceNotOffered(
            f"{visit.service} is not given at a {visit.provider_kind}.", detail_ar="هذه الجهة لا تقدم الخدمة المطلوبة."
        )
    if visit.refers_to:
        if visit.provider_kind not in figures.referring_kinds:
            return refusals.MayNotRefer(
                f"A {visit.provider_kind} refers nobody.", detail_ar="هذه الجهة لا تحيل المرضى."
            )
        unknown = [service for service in visit.refers_to if service not in figures.tariffs]
        if unknown:
            return refusals.ServiceUnknown(
                f"Services are {', '.join(figures.tariffs)}.", detail_ar=f"الخدمات: {', '.join(figures.tariffs)}."
            )
    if visit.referral_id is not None:
        return None if _serves(referral, visit, figures.day) else refusals.ReferralInvalid()
    if figures.referral_needed.get(visit.provider_kind, False) and not visit.emergency:
        return refusals.ReferralNeeded(
            "The family doctor refers; bring the referral's number.",
            detail_ar="طبيب الأسرة هو من يحيل، وأحضر رقم الإحالة.",
        )
    return None


def time_refusal(today: Figures, occurred_at: datetime, now: datetime) -> Refusal | None:
    """Why a visit of that time is not entered now, or None. Whatever is near has a business day, see `late_refusal`."""
    if occurred_at > now + timedelta(seconds=today.clock_skew_seconds):
        return refusals.VisitInTheFuture("Set the terminal's clock.", detail_ar="اضبط ساعة الماكينة")
    return _too_late(today) if now - occurred_at > timedelta(days=today.late_days + 1) else None


def late_refusal(today: Figures, day: date) -> Refusal | None:
    """Why a visit of that business day is not entered any more, or None."""
    return _too_late(today) if today.day - day > timedelta(days=today.late_days) else None


def _too_late(today: Figures) -> Refusal:
    return refusals.VisitTooLate(
        f"A visit is entered within {today.late_days} days.",
        detail_ar=f"تسجل الزيارة خلال عدد أيام أقصاه {today.late_days}.",
    )


def _serves(referral: Referral | None, visit: Visit, day: date) -> bool:
    return (
        referral is not None
        and referral.citizen_id == visit.patient_id
        and referral.service == visit.service
        and day <= referral.last_day
    )
