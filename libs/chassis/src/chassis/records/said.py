"""What a caller says it acts for (purpose of processing), and who acts as one document, for what keeps it itself.

A sale, a hold or a visit is its own record: the row it makes keeps `acting_in(request)`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import orjson
from fastapi import Request

from chassis.principal import CallerKind, Principal
from chassis.problems import InvalidRequest
from chassis.refusals import Kind, Refusal

PURPOSE: Final = "Purpose"
CASE: Final = "Case-Number"
_PURPOSE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_CASE = re.compile(r"[\w./-]{1,64}")


class PurposeNeeded(Refusal):
    """Who looks this up says what for"""

    code = "purpose_needed"
    title_ar = "يجب ذكر سبب الاطلاع على هذه البيانات"
    kind = Kind.INVALID


class Said(NamedTuple):
    """What the caller says: what for, and the number of the case or complaint it belongs to."""

    purpose: str | None = None
    case_number: str | None = None


UNSAID: Final = Said()


def said_in(request: Request) -> Said:
    """What a request's headers say, in UTF-8. Raises InvalidRequest for a purpose or case number that is none."""
    return Said(_said(request, PURPOSE, _PURPOSE), _said(request, CASE, _CASE))


def ensure_said(request: Request, caller: Principal) -> None:
    """That a person says what for, where the operation does not. Raises PurposeNeeded.

    A system has a purpose of its own, kept where it is registered; citizens look at what is theirs.
    """
    if caller.kind is CallerKind.PERSON and said_in(request) == UNSAID:
        raise PurposeNeeded(f"Send {PURPOSE}, {CASE} or both.", detail_ar="اكتب سبب الاطلاع أو رقم الشكوى أو القضية.")


def acting_in(request: Request) -> str:
    """Who acts, for which office, through which client, in which session and what for, as a JSON object.

    Raises InvalidRequest for a purpose or case number that is none.
    """
    return acting(request.state.principal, said_in(request))


def acting(caller: Principal, said: Said = UNSAID) -> str:
    """The same of a caller. What does not apply is left out; a terminal's office is where it stands."""
    if said == UNSAID:
        return caller.acting
    return orjson.dumps(orjson.loads(caller.acting) | _known(said._asdict())).decode()


def _known(members: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in members.items() if value is not None}


def _said(request: Request, header: str, pattern: re.Pattern[str]) -> str | None:
    given = request.headers.get(header)
    if given is None:
        return None
    try:
        text = given.encode("latin-1").decode()
    except UnicodeDecodeError:
        text = ""
    if not pattern.fullmatch(text):
        raise InvalidRequest(f"{header} is empty, too long or of other characters.", detail_ar="راجع سبب الاطلاع.")
    return text


def parameters(*, needed: bool = False) -> list[dict[str, object]]:
    """The two headers as OpenAPI describes them. `needed`: a person must send one of them."""
    which = " A person sends this or the other." if needed else ""
    return [
        {
            "name": PURPOSE,
            "in": "header",
            "required": False,
            "description": f"What it is for, in words the citizen may read; UTF-8, at most 200 characters.{which}",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        },
        {
            "name": CASE,
            "in": "header",
            "required": False,
            "description": f"The number of the complaint or case it belongs to; kept in the record.{which}",
            "schema": {"type": "string", "pattern": "^[\\w./-]{1,64}$"},
        },
    ]
