"""Who shares a number is told apart by name, or by the number before it."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service.contacts.people import Person
from notify_service.inquiries.whom import meant, named_alone
from notify_service.templates.naming import called

NAMES = st.sampled_from(["منى", "مني", "أحمد", "احمد", "عبد الرحمن", "Mona", "سعاد", "", "ي"])


def people(*names: str) -> list[Person]:
    return [Person(UUID(int=place), UUID(int=0), name) for place, name in enumerate(names)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("رصيد 2", 1),
        ("رصيد ٣", 2),
        ("2", 1),
        ("رصيد أحمد", 1),
        ("رصيد احمد لو سمحت", 1),
        ("عاوز رصيد عبدالرحمن", None),
        ("رصيد عبد الرحمن", 2),
        ("رصيد منى أحمد", None),
        ("رصيد 4", None),
        ("رصيد 0", None),
        ("رصيد", None),
        ("رصيد 1 2", None),
        ("رصيد 01012345678", None),
    ],
)
def test_whom_a_text_means(text: str, place: int | None) -> None:
    sharing = people("منى", "أحمد", "عبد الرحمن")
    assert meant(text, sharing) == (None if place is None else sharing[place])


def test_who_have_the_same_name_are_counted_and_never_meant_by_it() -> None:
    sharing = people("منى", "مني", "أحمد")
    assert list(called((one.citizen_id, one.name) for one in sharing).values()) == ["منى (1)", "مني (2)", "أحمد"]
    assert meant("رصيد منى", sharing) is None
    assert meant("رصيد منى 2", sharing) == sharing[1]


@given(st.lists(NAMES, min_size=1, max_size=9))
def test_everybody_is_called_something_of_their_own(names: list[str]) -> None:
    sharing = people(*names)
    said = called((one.citizen_id, one.name) for one in sharing)
    assert len(set(said.values())) == len(names)
    assert all(said.values())


@given(st.lists(NAMES, min_size=1, max_size=9), st.text(max_size=40))
def test_whatever_is_written_means_one_of_them_or_nobody(names: list[str], text: str) -> None:
    sharing = people(*names)
    assert meant(text, sharing) in [*sharing, None]
    assert named_alone(text, sharing) in [*sharing, None]


@given(st.lists(NAMES, min_size=1, max_size=9))
def test_the_number_of_each_means_them(names: list[str]) -> None:
    sharing = people(*names)
    assert [meant(f"رصيد {place}", sharing) for place in range(1, len(names) + 1)] == sharing
