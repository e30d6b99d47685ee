"""Whatever the record may say of a citizen, the citizen reads it in Arabic and English."""

from __future__ import annotations

import re

import pytest
from tools.services import PACKAGES, service_app

from api_gateway.disclosures.words import ACTIONS, KINDS, data_of, purpose_of, role_of
from chassis.personal import PARAMETERS, Personal
from chassis.principal import CallerKind
from chassis.records.acts import Act
from chassis.records.rows import CHANGE, READ
from chassis.testing_acts import declared
from contracts.people import PEOPLE
from contracts.purposes import PURPOSES, Words

_ARABIC = re.compile(r"[\u0621-\u064a]")
_LATIN = re.compile(r"[A-Za-z]")


def _in_both(words: Words) -> bool:
    """Whether the English is without Arabic letters and the Arabic without Latin ones."""
    english, arabic = words
    letters = _LATIN.search(english) and _ARABIC.search(arabic)
    return bool(letters) and not _ARABIC.search(english) and not _LATIN.search(arabic)


def _of_citizens(act: Act) -> bool:
    """Whether what it leaves may be about a citizen, so that they read it."""
    path = act.operation.partition(" ")[2]
    named = any(f"{{{name}}}" in path for name in PARAMETERS)
    shapes = (act.asked, act.shown)
    return bool(act.classes) and (named or any(_names(shape) for shape in shapes))


def _names(shape: object) -> bool:
    whose, parts = getattr(shape, "whose", {}), getattr(shape, "parts", {})
    return bool(whose) or any(_names(part) for part in parts.values())


@pytest.mark.parametrize("service", PACKAGES)
def test_every_operation_on_a_citizen_says_what_for(service: str) -> None:
    acts = [route.act for route in declared(service_app(service)) if route.act is not None]
    wanting = [act.operation for act in acts if _of_citizens(act) and act.purpose not in PURPOSES]
    assert wanting == [], "declare a `purpose`, and its words in libs/contracts/…/purposes.py"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_is_in_both_languages(purpose: str) -> None:
    assert _in_both(PURPOSES[purpose])


def test_what_has_no_purpose_of_its_own_is_in_words_too() -> None:
    assert _in_both(purpose_of(None))


@pytest.mark.parametrize("role", PEOPLE)
def test_every_role_is_in_both_languages(role: str) -> None:
    assert _in_both(role_of("person", role))


def test_every_kind_of_caller_and_act_and_class_of_data_is_in_both_languages() -> None:
    assert KINDS.keys() == {kind.value for kind in CallerKind}
    assert ACTIONS.keys() == {READ, CHANGE}
    said = [*KINDS.values(), *ACTIONS.values(), *(data_of(one.value) for one in Personal)]
    assert [words for words in said if not _in_both(words)] == []
