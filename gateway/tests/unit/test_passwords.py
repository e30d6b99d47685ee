"""Which passwords are taken: long enough, not easily guessed, and in no list of stolen ones."""

from __future__ import annotations

import pytest
from zxcvbn import zxcvbn

from api_gateway.signin.factors.passwords import Passwords, PasswordTooWeak


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(at_once=1, shortest=12)


# Stolen and published, yet nothing that rules of guessing find easy.
STOLEN = ("schatzii1971", "braccobaldo1", "bronzedoor25", "summerarabaa", "greenmoney03")


@pytest.mark.parametrize("password", [*STOLEN, *(word.upper() for word in STOLEN)])
def test_stolen_ones_are_refused_that_weighing_would_take(passwords: Passwords, password: str) -> None:
    assert zxcvbn(password)["score"] >= 3
    with pytest.raises(PasswordTooWeak) as refused:
        passwords.ensure_strong(password)
    assert "stolen" in refused.value.detail
    assert "المسربة" in refused.value.detail_ar


@pytest.mark.parametrize("password", ["correcthorsebatterystaple", "passwordpassword", "Password1234", "short"])
def test_common_and_short_ones_are_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        passwords.ensure_strong(password)


@pytest.mark.parametrize(
    "password", ["barley lantern orchard seventeen", "نخلة وباب وسبعة أقمار بعيدة", "x7#Vqz!oP2m&kT"]
)
def test_others_are_taken_as_they_are(passwords: Passwords, password: str) -> None:
    passwords.ensure_strong(password)
