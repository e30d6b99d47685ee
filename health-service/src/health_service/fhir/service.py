"""What is known of a citizen's cover, said as FHIR resources. Ids only: this service knows no names or numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import NotFound
from chassis.refusals import Refusal
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.eligibility.service import Cover, cover_on, figures_on
from health_service.encounters import repository as encounters
from health_service.fhir.schemas import (
    FhirAddress,
    FhirBenefit,
    FhirBundle,
    FhirCapabilities,
    FhirCoding,
    FhirConcept,
    FhirCost,
    FhirCoverage,
    FhirEligibilityRequest,
    FhirEligibilityResponse,
    FhirEntry,
    FhirIdentifier,
    FhirInsurance,
    FhirInteraction,
    FhirItem,
    FhirLink,
    FhirMoney,
    FhirPatient,
    FhirPeriod,
    FhirQuantity,
    FhirReference,
    FhirResourceKind,
    FhirRest,
    FhirSearchParameter,
    FhirSecurity,
    FhirSoftware,
)
from health_service.rules.copayment import period_of
from health_service.rules.figures import Tariff
from health_service.rules.keys import CASE, EACH_TIME
from health_service.rules.standing import ACTIVE, PENDING, SUSPENDED

INSURER = FhirReference(type="Organization", display="Universal Health Insurance Authority")
BASE = "/fhir"
UUIDS = "urn:ietf:rfc:3986"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
PIASTRES = Decimal(100)
NO_CASE = UUID(int=0)
STATEMENT_DATE = "2026-11-22"


class PatientUnknownHere(NotFound):
    """No such patient is known"""

    code = "fhir_patient_unknown"
    title_ar = "المريض غير معروف"


class CoverageUnknownHere(NotFound):
    """No cover of this patient is known"""

    code = "fhir_coverage_unknown"
    title_ar = "لا توجد تغطية معروفة لهذا المريض"


@dataclass(frozen=True)
class Person:
    """A citizen and the family's cover today."""

    citizen_id: UUID
    household_id: UUID | None
    head_id: UUID | None
    served: bool
    cover: Cover

    @property
    def is_head(self) -> bool:
        """Whether the cover is in this citizen's own name."""
        return self.head_id in {None, self.citizen_id}


async def patient(session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID) -> FhirPatient:
    """A citizen as a Patient. Raises PatientUnknownHere."""
    row = await _row(session, caller, citizen_id, business_day(runtime.clock.now()))
    return FhirPatient(
        id=str(citizen_id),
        identifier=[FhirIdentifier(system=UUIDS, value=f"urn:uuid:{citizen_id}")],
        active=row["served"],
        birth_date=None if row["birth_year"] is None else f"{row['birth_year']:04d}",
        address=[FhirAddress(state=row["governorate"])] if row["governorate"] else None,
    )


async def coverage(session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID) -> FhirCoverage:
    """The cover of a citizen. Raises PatientUnknownHere or CoverageUnknownHere."""
    person = await _person(session, runtime, caller, citizen_id)
    if person.cover.standing is None:
        raise CoverageUnknownHere()
    return _coverage(person)


async def search_coverage(session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID) -> FhirBundle:
    """A search by beneficiary: one match, or none."""
    entries: list[FhirEntry] = []
    try:
        found = await coverage(session, runtime, caller, citizen_id)
        entries.append(FhirEntry(full_url=f"urn:uuid:{citizen_id}", resource=found))
    except NotFound:
        entries = []  # a search that finds nothing is no error in FHIR
    link = FhirLink(url=f"{BASE}/Coverage?beneficiary=Patient/{citizen_id}")
    return FhirBundle(total=len(entries), link=[link], entry=entries or None)


async def check(
    session: AsyncSession, runtime: Runtime, caller: Principal, request: FhirEligibilityRequest
) -> FhirEligibilityResponse:
    """Answer whether a patient is covered on the day that care is meant for, today without one.

    Of a period the first day's terms are told; cover is in force where it is on its first and on its last day.
    Raises PatientUnknownHere.
    """
    citizen_id = UUID((request.patient.reference or "").removeprefix("Patient/"))
    today = business_day(runtime.clock.now())
    first, last = request.days or (today, today)
    person = await _person(session, runtime, caller, citizen_id, first)
    standing = person.cover.standing
    refusal = person.cover.refusal()
    if refusal is None and last > first:
        refusal = (await _person(session, runtime, caller, citizen_id, last)).cover.refusal()
    inforce = refusal is None and person.served
    insurance = None
    if standing is not None:
        used = await encounters.caps_used(session, citizen_id)
        wanted = {"benefits", "discovery"} & set(request.purpose)
        tariffs = person.cover.figures.tariffs.values() if wanted else ()
        insurance = FhirInsurance(
            coverage=FhirReference(reference=f"Coverage/{citizen_id}"),
            inforce=inforce,
            benefit_period=_period(person),
            item=[_item(tariff, person, used, excluded=not inforce) for tariff in tariffs] or None,
        )
    return FhirEligibilityResponse(
        id=str(new_id()),
        purpose=list(request.purpose),
        patient=FhirReference(reference=f"Patient/{citizen_id}"),
        created=runtime.clock.now().isoformat(timespec="seconds"),
        request=_request_reference(request),
        serviced_date=request.serviced_date,
        serviced_period=request.serviced_period
        and FhirPeriod(start=request.serviced_period.start, end=request.serviced_period.end),
        disposition=_disposition(person, refusal),
        insurer=INSURER,
        insurance=[insurance] if insurance else None,
    )


def capabilities() -> FhirCapabilities:
    """What is served here."""
    read = FhirInteraction(code="read")
    return FhirCapabilities(
        date=STATEMENT_DATE,
        software=FhirSoftware(name="Unified Card health-service", version="1.0.0"),
        implementation={"description": "Unified Card: cover of universal health insurance", "url": BASE},
        format=["application/fhir+json"],
        rest=[
            FhirRest(
                security=FhirSecurity(
                    service=[_concept(f"{TERMINOLOGY}/restful-security-service", "OAuth")],
                    description="A bearer token of POST /oauth/token with the scope fhir:read.",
                ),
                resource=[
                    FhirResourceKind(type="Patient", interaction=[read]),
                    FhirResourceKind(
                        type="Coverage",
                        interaction=[read, FhirInteraction(code="search-type")],
                        search_param=[FhirSearchParameter(name="beneficiary", type="reference")],
                    ),
                    FhirResourceKind(type="CoverageEligibilityRequest", interaction=[FhirInteraction(code="create")]),
                ],
            )
        ],
    )


async def _row(session: AsyncSession, caller: Principal, citizen_id: UUID, day: date) -> RowMapping:
    row = await cards.person(session, citizen_id, day)
    if row is None or not caller.bound.covers(Area(row["governorate"], row["district"])):
        raise PatientUnknownHere()
    return row


async def _person(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, day: date | None = None
) -> Person:
    """A citizen with the family's cover on a day, today without one."""
    on = day or business_day(runtime.clock.now())
    row = await _row(session, caller, citizen_id, on)
    if row["household_id"] is None:
        cover = Cover(figures_on(runtime, on), None, None, of_none=True)
    else:
        cover = replace(await cover_on(session, runtime, row["household_id"], citizen_id, on), insured=row["insured"])
    return Person(citizen_id, row["household_id"], row["head_id"], row["served"], cover)


def _coverage(person: Person) -> FhirCoverage:
    holder = FhirReference(reference=f"Patient/{person.head_id or person.citizen_id}")
    state = person.cover.standing.state if person.cover.standing else PENDING
    return FhirCoverage(
        id=str(person.citizen_id),
        status="active" if state == ACTIVE else "draft" if state == PENDING else "cancelled",
        type=_concept(f"{TERMINOLOGY}/v3-ActCode", "PUBLICPOL"),
        policy_holder=holder,
        subscriber=holder,
        subscriber_id=str(person.household_id),
        beneficiary=FhirReference(reference=f"Patient/{person.citizen_id}"),
        relationship=_concept(f"{TERMINOLOGY}/subscriber-relationship", "self" if person.is_head else "other"),
        period=_period(person),
        payor=[INSURER],
        cost_to_beneficiary=[_cost(tariff, person) for tariff in person.cover.figures.tariffs.values()],
    )


def _period(person: Person) -> FhirPeriod | None:
    """From the beginning of cover; a suspended one ends the day before it was suspended."""
    standing = person.cover.standing
    if standing is None or standing.since is None:
        return None
    if standing.state == SUSPENDED:
        return FhirPeriod(end=(standing.since - timedelta(days=1)).isoformat())
    return FhirPeriod(start=standing.since.isoformat())


def _cost(tariff: Tariff, person: Person) -> FhirCost:
    free = person.cover.free
    if tariff.fixed is not None:
        return FhirCost(
            type=FhirConcept(coding=[_coding(f"{TERMINOLOGY}/coverage-copay-type", "copay")], text=tariff.service),
            value_money=_money(0 if free else tariff.fixed),
        )
    return FhirCost(
        type=FhirConcept(coding=[_coding(f"{TERMINOLOGY}/coverage-copay-type", "copaypct")], text=tariff.service),
        value_quantity=FhirQuantity(value=Decimal(0) if free else tariff.rate * 100, unit="%", code="%"),
    )


def _item(tariff: Tariff, person: Person, used: dict[tuple[str, str], int], *, excluded: bool) -> FhirItem:
    free = person.cover.free
    benefits: list[FhirBenefit] = []
    if tariff.fixed is not None:
        benefits.append(FhirBenefit(type=_benefit("copay"), allowed_money=_money(0 if free else tariff.fixed)))
    else:
        share = Decimal(0) if free else tariff.rate * 100
        whole = int(share) if share == int(share) else None
        benefits.append(
            FhirBenefit(
                type=_benefit("copay-percent"),
                allowed_unsigned_int=whole,
                allowed_string=None if whole is not None else f"{share.normalize():f}",
            )
        )
    if tariff.cap is not None and not free:
        spent = None
        if tariff.period not in {CASE, EACH_TIME}:
            key = (tariff.service, period_of(tariff, person.cover.figures.day, NO_CASE))
            spent = _money(used.get(key, 0))
        benefits.append(FhirBenefit(type=_benefit("copay-maximum"), allowed_money=_money(tariff.cap), used_money=spent))
    return FhirItem(category=FhirConcept(text=tariff.service), excluded=excluded, benefit=benefits)


def _disposition(person: Person, refusal: Refusal | None) -> str:
    if refusal is not None:
        return refusal.title()
    if not person.served:
        return "No active card of the household is enabled for health insurance."
    if person.cover.free:
        return "Covered; the patient pays nothing."
    return "Covered; what is related to the patient's disease is free." if person.cover.exemption else "Covered."


def _request_reference(request: FhirEligibilityRequest) -> FhirReference:
    """The request as its sender knows it: it is answered at once and not kept."""
    if request.identifier:
        return FhirReference(type="CoverageEligibilityRequest", identifier=request.identifier[0])
    if request.id:
        return FhirReference(reference=f"CoverageEligibilityRequest/{request.id}")
    return FhirReference(type="CoverageEligibilityRequest", display="the request this answers")


def _money(piastres: int) -> FhirMoney:
    return FhirMoney(value=Decimal(piastres) / PIASTRES)


def _benefit(code: str) -> FhirConcept:
    return _concept(f"{TERMINOLOGY}/benefit-type", code)


def _concept(system: str, code: str) -> FhirConcept:
    return FhirConcept(coding=[_coding(system, code)])


def _coding(system: str, code: str) -> FhirCoding:
    return FhirCoding(system=system, code=code)
