"""From judged people to rows: fingerprints, seals, ids. CPU only, so that it can run beside the event loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from card_service.registry import ration_cards, sealed_names
from card_service.registry.intake import Family, Person, withdraw
from card_service.registry.models import Known, NewCitizen, NewHousehold
from card_service.sealing import MOBILE, NATIONAL_ID
from chassis.ids import new_id
from chassis.ration_card import RationCardMarks
from chassis.sealing import Vault

Fingerprints = dict[int, bytes]


def fingerprints(vault: Vault, people: Iterable[Person]) -> Fingerprints:
    """The lookup HMAC of each person's national id, by row."""
    return {person.row: vault.fingerprint(person.national_id.number, NATIONAL_ID) for person in people}


def withdraw_known(
    families: Iterable[Family],
    prints: Mapping[int, bytes],
    known: Mapping[bytes, Known],
    import_id: UUID | None,
) -> None:
    """Refuse who belongs to a household already, by the register or by an earlier row of the same file."""
    seen: set[bytes] = set()
    for family in families:
        faults: dict[int, str] = {}
        for person in family.people:
            fingerprint = prints[person.row]
            registered = known.get(fingerprint)
            if registered is not None and registered.deceased:
                faults[person.row] = "deceased"
            elif fingerprint in seen:
                faults[person.row] = "duplicate_in_file"
            elif registered is not None and registered.in_a_household:
                mine = import_id is not None and registered.import_id == import_id
                faults[person.row] = "duplicate_in_file" if mine else "already_registered"
        withdraw(family, faults)
        seen.update(prints[person.row] for person in family.people)
        _withdraw_twins(family, prints)


def withdraw_card(family: Family, taken: Collection[bytes], vault: Vault) -> None:
    """Refuse a household whole whose ration card is another one's: two households on one card would draw twice."""
    if family.ration_card is not None and ration_cards.fingerprint(vault, family.ration_card) in taken:
        family.reject(ration_cards.TAKEN, "ration_card")


def _withdraw_twins(family: Family, prints: Mapping[int, bytes]) -> None:
    """Refuse whoever stands twice in one household, from the second row on."""
    inside: set[bytes] = set()
    twins: dict[int, str] = {}
    for person in family.people:
        if prints[person.row] in inside:
            twins[person.row] = "duplicate_in_file"
        inside.add(prints[person.row])
    withdraw(family, twins)


def new_citizen(
    vault: Vault,
    person: Person,
    household_id: UUID,
    fingerprint: bytes,
    known: Mapping[bytes, Known],
    new_until: datetime,
) -> NewCitizen:
    """The row of a person, sealed; who was registered before keeps the citizen id.

    `new_until`: until when another number than the register knew of them proves nothing.
    """
    before = known.get(fingerprint)
    citizen_id = before.citizen_id if before else new_id()
    mobile = person.mobile
    mobile_hash = vault.fingerprint(mobile, MOBILE) if mobile else None
    another = before is not None and mobile_hash is not None and before.mobile_hash != mobile_hash
    return NewCitizen(
        citizen_id=citizen_id,
        household_id=household_id,
        role=person.role,
        full_name=person.full_name,
        name_sealed=sealed_names.sealed(vault, citizen_id, person.full_name),
        national_id_hash=fingerprint,
        national_id_sealed=vault.seal(citizen_id, person.national_id.number.encode(), NATIONAL_ID),
        mobile=mobile,
        mobile_hash=mobile_hash,
        mobile_sealed=vault.seal(citizen_id, mobile.encode(), MOBILE) if mobile else None,
        birth_date=person.national_id.birth_date,
        sex=person.national_id.sex,
        known=before is not None,
        mobile_new_until=new_until if another else None,
    )


def new_household(
    vault: Vault,
    family: Family,
    prints: Mapping[int, bytes],
    known: Mapping[bytes, Known],
    new_until: datetime,
    marks: RationCardMarks | None = None,
) -> tuple[NewHousehold, list[NewCitizen]]:
    """The rows of a household and of its people; `marks` where the family may have a ration card."""
    home = family.people[0].residence
    household_id = new_id()
    household = NewHousehold(
        household_id,
        home.governorate,
        home.district,
        home.address,
        len(family.people),
        legal_basis=family.legal_basis,
    )
    if family.ration_card is not None and marks is not None:
        card = ration_cards.kept(vault, household_id, family.ration_card)
        household = household._replace(
            ration_card_hash=card.hash,
            ration_card_sealed=card.sealed,
            ration_card_mark=marks.mark(family.ration_card),
        )
    citizens = [new_citizen(vault, p, household_id, prints[p.row], known, new_until) for p in family.people]
    return household, citizens
