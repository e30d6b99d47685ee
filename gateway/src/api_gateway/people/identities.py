"""Who a person is: national id and name sealed, and the keyed mark by which one human is found again."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from api_gateway.people.errors import MobileRefused, NationalIdRefused
from api_gateway.sealing import Secrets
from chassis.mobiles import normalise
from chassis.national_id import NationalIdError, masked, parse
from chassis.sealing import Keyring, Sealed, Vault

_NATIONAL_ID = b"national id"
_NAME = b"full name"
_MOBILE = b"mobile"
_MARK = "person"
_INVITATION = "invitation"


class Identities:
    """Seals, opens and marks what says who somebody is."""

    def __init__(self, ring: Keyring, secrets: Secrets) -> None:
        """Derive the keys of this purpose from the gateway's ring."""
        self._vault = Vault(ring.derived(b"unicard gateway people"))
        self._secrets = secrets
        self.current = ring.current

    def read(self, text: str, today: date) -> str:
        """The digits of a national id. Raises NationalIdRefused, which never repeats them."""
        try:
            return parse(text, today).number
        except NationalIdError as fault:
            raise NationalIdRefused(
                "Check the 14 digits.", detail_ar="راجع الأرقام الأربعة عشر.", reason=fault.code
            ) from None

    def mark(self, number: str) -> Sealed:
        """The mark of a national id, with the ring's current key."""
        return self._secrets.mark(_MARK, number)

    def marks(self, number: str) -> list[bytes]:
        """Its marks with every key of the ring: one written before the ring turned is found as well."""
        return [mark.value for mark in self._secrets.marks(_MARK, number)]

    def seal(self, person_id: UUID, number: str, name: str) -> tuple[bytes, bytes]:
        """National id and name, sealed for one person."""
        return (
            self._vault.seal(person_id, number.encode(), _NATIONAL_ID),
            self._vault.seal(person_id, name.encode(), _NAME),
        )

    def number(self, person_id: UUID, sealed: bytes) -> str:
        """A sealed national id. Raises SealBroken."""
        return self._vault.open(person_id, sealed, _NATIONAL_ID).decode()

    def masked(self, person_id: UUID, sealed: bytes) -> str:
        """A sealed national id with all but its last four digits hidden. Raises SealBroken."""
        return masked(self.number(person_id, sealed))

    def name(self, person_id: UUID, sealed: bytes) -> str:
        """A sealed name. Raises SealBroken."""
        return self._vault.open(person_id, sealed, _NAME).decode()

    def read_mobile(self, text: str) -> str:
        """A mobile number in E.164. Raises MobileRefused, which never repeats it."""
        number = normalise(text)
        if number is None:
            raise MobileRefused("Give an Egyptian mobile number.", detail_ar="أدخل رقم محمول مصري صحيح.")
        return number

    def seal_mobile(self, person_id: UUID, mobile: str | None) -> bytes | None:
        """A mobile number sealed for one person."""
        return None if mobile is None else self._vault.seal(person_id, mobile.encode(), _MOBILE)

    def mobile(self, person_id: UUID, sealed: bytes | None) -> str | None:
        """A sealed mobile number. Raises SealBroken."""
        return None if sealed is None else self._vault.open(person_id, sealed, _MOBILE).decode()

    def invitation_mark(self, token: str) -> Sealed:
        """The mark of an invitation's token, with the ring's current key."""
        return self._secrets.mark(_INVITATION, token)

    def invitation_marks(self, token: str) -> list[bytes]:
        """Its marks with every key of the ring."""
        return [mark.value for mark in self._secrets.marks(_INVITATION, token)]
