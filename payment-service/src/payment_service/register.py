"""card-service as the register of payees: asked in the name of the caller, with the caller's own token."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import httpx

from chassis.clients import http_client
from chassis.problems import InsufficientScope
from payment_service.errors import PayeesByIdOnly, RegisterAway

PATH = "/v1/payee-lookups"
SECONDS = 20.0


class CardRegister:
    """Asks card-service at an address; without one nobody can be named by national id or card number."""

    def __init__(self, url: str | None) -> None:
        """`url`: such as `http://card:8101`."""
        self._client = http_client(url, timeout=SECONDS) if url else None

    async def look_up(self, authorization: str, kind: str, numbers: Sequence[str]) -> list[UUID | str]:
        """For each number its citizen or the code of why there is none.

        Raises PayeesByIdOnly, RegisterAway or InsufficientScope.
        """
        if self._client is None:
            raise PayeesByIdOnly
        try:
            reply = await self._client.post(PATH, json={kind: numbers}, headers={"Authorization": authorization})
        except httpx.HTTPError as error:
            raise RegisterAway(
                f"The register does not answer: {type(error).__name__}.",
                detail_ar="السجل لا يستجيب الآن، أعد المحاولة.",
            ) from error
        if reply.status_code == httpx.codes.FORBIDDEN:
            raise InsufficientScope(
                "The register does not let the caller look payees up.",
                detail_ar="لا تسمح صلاحياتك بالبحث عن المستفيدين في السجل.",
            )
        if reply.status_code != httpx.codes.OK:
            raise RegisterAway(
                f"The register answers {reply.status_code}.", detail_ar="السجل لا يستجيب الآن، أعد المحاولة."
            )
        found: list[UUID | str] = [""] * len(numbers)
        answer = reply.json()
        for one in answer["items"]:
            found[one["position"]] = UUID(one["citizen_id"])
        for one in answer["unknown"]:
            found[one["position"]] = str(one["code"])
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
