"""Ownership of what an authority (an office with a budget) has: its batches, funds and programmes are its alone.

A caller acts for the authority its token names in `org`. Another authority's objects are as if they were not there, and
who acts for none sees none. Auditors of the whole nation read all and change nothing by that.
"""

from __future__ import annotations

from chassis.area import UNSAID, Area
from chassis.principal import Principal
from contracts.scopes import Scope
from payment_service.errors import AuthorityNeeded


def owns(caller: Principal, authority: str | None, governorate: str | None = None) -> bool:
    """Whether something of an authority, in a governorate or the nation's (None), is the caller's to act on."""
    mine = caller.bound.authority
    return mine is not None and mine == authority and caller.bound.covers(Area(governorate, authority=authority))


def belongs_to(caller: Principal, authority: str | None) -> bool:
    """Whether something of an authority as a whole, such as its funds, is the caller's, in whatever part it works."""
    mine = caller.bound.authority
    return mine is not None and mine == authority and caller.bound.only_governorate != UNSAID


def reads_all(caller: Principal, *scopes: Scope) -> bool:
    """Whether the caller reads every authority's, by any of these scopes and for the whole nation."""
    return caller.bound.only_governorate is None and not caller.scopes.isdisjoint(scopes)


def acting_for(caller: Principal) -> str:
    """The authority the caller acts for. Raises AuthorityNeeded."""
    if caller.bound.authority is None:
        raise AuthorityNeeded(
            "This belongs to an authority, and the caller acts for none.",
            detail_ar="يلزم أن يتبع المستخدم جهة محددة.",
        )
    return caller.bound.authority
