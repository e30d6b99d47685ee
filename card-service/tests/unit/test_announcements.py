"""Events that are encoded without their models are what the models would have written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from card_service.registry import announcements
from card_service.registry.memberships import Joining
from card_service.registry.models import NewCitizen, NewHousehold
from chassis import outbox
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from contracts.event import registry

CONTACTS = Vault(Keyring("k1", {"k1": b"6" * 32}))


def _citizen(household: NewHousehold, role: str, mobile: str | None) -> NewCitizen:
    return NewCitizen(
        new_id(), household.household_id, role, "عبد الرحمن \"المصري\" أحمد", b"", b"", b"", mobile, None, None,
        date(1990, 2, 28), "male", mobile_new_until=datetime(2026, 12, 2, 8, 30, 0, 5, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("granted", [("goods", "bread", "health"), ("bread",), ()])
@pytest.mark.parametrize("basis", [None, "takaful"])
def test_who_is_entered_is_told_as_the_models_would(granted: tuple[str, ...], basis: str | None) -> None:
    household = NewHousehold(
        new_id(), "03", 'حي "العرب"\\', "شارع", 2, ration_card_mark=basis and "m", legal_basis=basis
    )
    people = [_citizen(household, "head", "+201012345678"), _citizen(household, "child", None)]
    joining = Joining(date(2026, 11, 29), date(2026, 11, 1), granted)
    events = [
        *announcements.joined(CONTACTS, people, household.governorate),
        announcements.first_months(household, people, joining),
    ]
    assert [event.ce_type.split(".", 3)[3] for event in events] == [
        "CitizenRegistered.v1", "ContactChanged.v2", "CitizenRegistered.v1",
        "HouseholdChanged.v2",
    ]  # fmt: skip
    for event in events:
        kind = registry()[event.ce_type]
        model = kind.model_validate_json(event.payload)
        assert model.model_dump_json().encode() == event.payload
        assert model.model_fields_set == set(kind.model_fields)
        (written,) = zip(*list(vars(outbox.columns([model])).values())[1:], strict=True)
        assert written == tuple(event)


@pytest.mark.parametrize("size", [outbox.MAX_EVENT_BYTES + 1])
def test_one_that_is_too_large_is_refused_as_any(size: int) -> None:
    with pytest.raises(ValueError, match="too large"):
        outbox.columns([outbox.Encoded("a", "b", "c", b" " * size)])
