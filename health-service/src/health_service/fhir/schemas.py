"""FHIR R4 resources as far as this service speaks them; their tests read them with an independent FHIR library."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from chassis.personal import Personal, Whose

# FHIR's decimals are JSON numbers; two places and fifteen digits survive the way through a double.
FhirDecimal = Annotated[Decimal, PlainSerializer(lambda number: float(number), return_type=float, when_used="json")]
PATIENT = r"^Patient/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class FhirPart(BaseModel):
    """A part of a resource; members without a value are left out."""

    model_config = ConfigDict(populate_by_name=True)


class FhirCoding(FhirPart):
    """A code of a system."""

    system: str | None = None
    code: str
    display: str | None = None


class FhirConcept(FhirPart):
    """A concept by code or words."""

    coding: list[FhirCoding] | None = None
    text: str | None = None


class FhirIdentifier(FhirPart):
    """A number by which something is known."""

    system: str
    value: str


class FhirReference(FhirPart):
    """A pointer to another resource, or to something that has only a name."""

    reference: str | None = None
    type: str | None = None
    identifier: FhirIdentifier | None = None
    display: str | None = None


class FhirPeriod(FhirPart):
    """From a day to a day."""

    start: str | None = None
    end: str | None = None


class FhirMoney(FhirPart):
    """An amount in pounds."""

    value: FhirDecimal
    currency: Literal["EGP"] = "EGP"


class FhirQuantity(FhirPart):
    """A measured amount."""

    value: FhirDecimal
    unit: str
    system: str = "http://unitsofmeasure.org"
    code: str


class FhirAddress(FhirPart):
    """Where someone lives, no closer than the governorate."""

    state: str
    country: Literal["EG"] = "EG"


class FhirPatient(FhirPart):
    """A citizen by id: year of birth and governorate, no name and no national id."""

    resource_type: Literal["Patient"] = Field(default="Patient", alias="resourceType")
    id: Annotated[str, Whose.CITIZEN]
    identifier: list[FhirIdentifier]
    active: bool
    birth_date: Annotated[str | None, Personal.IDENTITY] = Field(default=None, alias="birthDate", pattern=r"^[0-9]{4}$")
    address: Annotated[list[FhirAddress] | None, Personal.CONTACT] = None


class FhirCost(FhirPart):
    """What the patient pays of a service."""

    type: FhirConcept
    value_quantity: FhirQuantity | None = Field(default=None, alias="valueQuantity")
    value_money: FhirMoney | None = Field(default=None, alias="valueMoney")


class FhirCoverage(FhirPart):
    """The cover of one citizen; it has the citizen's id."""

    resource_type: Literal["Coverage"] = Field(default="Coverage", alias="resourceType")
    id: str
    status: Annotated[Literal["active", "cancelled", "draft"], Personal.HEALTH]
    type: FhirConcept
    policy_holder: FhirReference | None = Field(default=None, alias="policyHolder")
    subscriber: FhirReference | None = None
    subscriber_id: str = Field(alias="subscriberId")
    beneficiary: Annotated[FhirReference, Whose.CITIZEN]
    relationship: FhirConcept
    period: FhirPeriod | None = None
    payor: list[FhirReference]
    cost_to_beneficiary: Annotated[list[FhirCost] | None, Personal.HEALTH] = Field(
        default=None, alias="costToBeneficiary"
    )


class FhirSearch(FhirPart):
    """Why an entry is in a bundle."""

    mode: Literal["match"] = "match"


class FhirLink(FhirPart):
    """Where a bundle comes from."""

    relation: Literal["self"] = "self"
    url: str


class FhirEntry(FhirPart):
    """One resource of a bundle."""

    full_url: str = Field(alias="fullUrl")
    resource: FhirCoverage
    search: FhirSearch = FhirSearch()


class FhirBundle(FhirPart):
    """The outcome of a search."""

    resource_type: Literal["Bundle"] = Field(default="Bundle", alias="resourceType")
    type: Literal["searchset"] = "searchset"
    total: int
    link: list[FhirLink]
    entry: list[FhirEntry] | None = None


ServicedDay = Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]


def first_day(given: str) -> date:
    """The day of a FHIR date; one of a year or month alone is its first. Raises ValueError for a day no month has."""
    return date.fromisoformat(given + "-01-01"[: 10 - len(given)])


class FhirServicedPeriod(BaseModel):
    """From when to when care is meant to be given."""

    model_config = ConfigDict(extra="ignore")

    start: ServicedDay
    end: ServicedDay | None = None


class FhirEligibilityRequest(BaseModel):
    """A CoverageEligibilityRequest; what this service does not need of it is accepted and not looked at."""

    model_config = ConfigDict(extra="ignore")

    resource_type: Literal["CoverageEligibilityRequest"] = Field(alias="resourceType")
    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9.-]{1,64}$")] = None
    identifier: list[FhirIdentifier] | None = Field(default=None, max_length=20)
    status: Literal["active"]
    purpose: Annotated[
        list[Literal["auth-requirements", "benefits", "discovery", "validation"]], Field(min_length=1, max_length=4)
    ]
    patient: Annotated[FhirReference, Whose.CITIZEN]
    created: Annotated[str, Field(max_length=40, pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T[0-9:.+Z-]+)?$")]
    insurer: FhirReference
    serviced_date: ServicedDay | None = Field(default=None, alias="servicedDate")
    serviced_period: FhirServicedPeriod | None = Field(default=None, alias="servicedPeriod")

    @model_validator(mode="after")
    def _one_time(self) -> FhirEligibilityRequest:
        if self.serviced_date is not None and self.serviced_period is not None:
            raise ValueError("either servicedDate or servicedPeriod")
        days = self.days
        if days is not None and days[1] < days[0]:
            raise ValueError("servicedPeriod ends before it begins")
        return self

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day care is meant for; None: today. Raises ValueError for a day no month has."""
        if self.serviced_date is not None:
            return first_day(self.serviced_date), first_day(self.serviced_date)
        if self.serviced_period is not None:
            start = self.serviced_period.start
            return first_day(start), first_day(self.serviced_period.end or start)
        return None

    @field_validator("patient")
    @classmethod
    def _by_reference(cls, patient: FhirReference) -> FhirReference:
        if patient.reference is None or not re.fullmatch(PATIENT, patient.reference):
            raise ValueError("name the patient as Patient/<id>")
        return patient


class FhirBenefit(FhirPart):
    """A share, a fixed amount or a cap."""

    type: FhirConcept
    allowed_unsigned_int: int | None = Field(default=None, alias="allowedUnsignedInt")
    allowed_string: str | None = Field(default=None, alias="allowedString")
    allowed_money: FhirMoney | None = Field(default=None, alias="allowedMoney")
    used_money: FhirMoney | None = Field(default=None, alias="usedMoney")


class FhirItem(FhirPart):
    """What a service costs the patient."""

    category: FhirConcept
    excluded: bool
    benefit: list[FhirBenefit] | None = None


class FhirInsurance(FhirPart):
    """Whether cover is in force, and its terms."""

    coverage: FhirReference
    inforce: bool
    benefit_period: FhirPeriod | None = Field(default=None, alias="benefitPeriod")
    item: list[FhirItem] | None = None


class FhirEligibilityResponse(FhirPart):
    """The answer to a CoverageEligibilityRequest."""

    resource_type: Literal["CoverageEligibilityResponse"] = Field(
        default="CoverageEligibilityResponse", alias="resourceType"
    )
    id: str
    status: Literal["active"] = "active"
    purpose: list[str]
    patient: Annotated[FhirReference, Whose.CITIZEN]
    created: str
    request: FhirReference
    serviced_date: str | None = Field(default=None, alias="servicedDate")
    serviced_period: FhirPeriod | None = Field(default=None, alias="servicedPeriod")
    outcome: Literal["complete"] = "complete"
    disposition: str
    insurer: FhirReference
    insurance: Annotated[list[FhirInsurance] | None, Personal.HEALTH] = None


class FhirIssue(FhirPart):
    """One thing that went wrong."""

    severity: Literal["error", "fatal"]
    code: str
    details: FhirConcept
    diagnostics: str | None = None


class FhirOperationOutcome(FhirPart):
    """Why there is no other answer."""

    resource_type: Literal["OperationOutcome"] = Field(default="OperationOutcome", alias="resourceType")
    issue: list[FhirIssue]


class FhirInteraction(FhirPart):
    """Something a resource can be asked."""

    code: str


class FhirSearchParameter(FhirPart):
    """By what a resource can be searched."""

    name: str
    type: str


class FhirResourceKind(FhirPart):
    """What is served of one kind of resource."""

    type: str
    interaction: list[FhirInteraction]
    search_param: list[FhirSearchParameter] | None = Field(default=None, alias="searchParam")


class FhirSecurity(FhirPart):
    """How callers show who they are."""

    service: list[FhirConcept]
    description: str


class FhirRest(FhirPart):
    """What is served over HTTP."""

    mode: Literal["server"] = "server"
    security: FhirSecurity
    resource: list[FhirResourceKind]


class FhirSoftware(FhirPart):
    """What serves it."""

    name: str
    version: str


class FhirCapabilities(FhirPart):
    """What this server can do."""

    resource_type: Literal["CapabilityStatement"] = Field(default="CapabilityStatement", alias="resourceType")
    status: Literal["active"] = "active"
    date: str
    kind: Literal["instance"] = "instance"
    software: FhirSoftware
    implementation: dict[str, str]
    fhir_version: Literal["4.0.1"] = Field(default="4.0.1", alias="fhirVersion")
    format: list[str]
    rest: list[FhirRest]
