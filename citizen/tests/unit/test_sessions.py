"""Seals: what the browser holds opens here alone, in its time, in its session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.sealing import Keyring
from citizen_page.errors import FormStale
from citizen_page.numbers import fault_of_national_id, plain
from citizen_page.sessions import Sealer, Session

from .conftest import KEYS

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def session(number: int = 1) -> Session:
    return Session("eyJ.token", f"sid-{number}", uuid4(), NOW + timedelta(minutes=10))


def test_a_session_opens_until_its_end_and_never_changed() -> None:
    sealer, one = Sealer(Keyring.parse(KEYS)), session()
    cookie = sealer.seal_session(one)
    assert "eyJ" not in cookie
    assert sealer.open_session(cookie, NOW) == one
    assert sealer.open_session(cookie, NOW + timedelta(minutes=10)) is None
    assert sealer.open_session(cookie[:-4] + "AAAA", NOW) is None
    assert Sealer(Keyring.parse("k1:" + "B" * 43)).open_session(cookie, NOW) is None
    for nothing in (None, "", "x", "رمز"):
        assert sealer.open_session(nothing, NOW) is None


def test_a_form_is_of_one_session_and_one_page() -> None:
    sealer, one = Sealer(Keyring.parse(KEYS)), session()
    form = sealer.new_form(one, "loss")
    key = sealer.open_form(one, "loss", form)
    assert sealer.open_form(one, "loss", form) == key, "sent twice it is the same"
    assert sealer.open_form(one, "loss", sealer.new_form(one, "loss")) != key
    for other, page, text in ((session(2), "loss", form), (one, "hour", form), (one, "loss", ""), (one, "loss", "x")):
        with pytest.raises(FormStale):
            sealer.open_form(other, page, text)


def test_a_sign_in_waits_for_its_time() -> None:
    sealer, sign_in = Sealer(Keyring.parse(KEYS)), uuid4()
    text = sealer.seal_sign_in(sign_in, NOW + timedelta(minutes=5))
    assert str(sign_in) not in text
    assert sealer.open_sign_in(text, NOW) == sign_in
    assert sealer.open_sign_in(text, NOW + timedelta(minutes=5)) is None
    assert sealer.open_sign_in(sealer.seal_session(session()), NOW) is None, "a cookie is no sign-in"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("٢٩٠٠١٠١٠٣٠١٢٣٤", None),
        ("2 900101 03 0123 4", None),
        ("", "id_missing"),
        ("2900101", "id_length"),
        ("19001010301234", "id_century"),
        ("29013010301234", "id_month"),
        ("29002310301234", "id_day"),
        ("39912310301234", "id_future"),
        ("29001015601234", "id_governorate"),
        ("2900101030123x", "id_digits"),
    ],
)
def test_the_error_says_which_part_is_impossible(typed: str, says: str | None) -> None:
    fault = fault_of_national_id(plain(typed), NOW.date())
    assert (fault and fault[0]) == says
