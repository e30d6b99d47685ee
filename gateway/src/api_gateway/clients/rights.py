"""Who may give a client what: the tables of `contracts.clients`, and nothing beyond the giver's own area. No I/O."""

from __future__ import annotations

from collections.abc import Collection

from api_gateway.clients.errors import OwnClient, ScopeNotGrantable, ScopeUnknown
from api_gateway.clients.models import UNASSIGNED, Client, managed_by
from chassis.principal import Principal
from contracts.clients import beyond
from contracts.scopes import Scope


def ensure_grantable(owner: str, wanted: Collection[str]) -> None:
    """That the owner's clients may be given these scopes. Raises ScopeUnknown, ScopeNotGrantable."""
    unknown = sorted(set(wanted) - set(Scope))
    if unknown:
        raise ScopeUnknown(
            f"These scopes open nothing: {', '.join(unknown)}.",
            unknown=list(unknown),
            detail_ar=f"صلاحيات غير معروفة: {', '.join(unknown)}",
        )
    if refused := beyond(owner, wanted):
        if owner == UNASSIGNED:
            raise ScopeNotGrantable(
                "Nobody answers for this client: recertify it first.",
                refused=list(refused),
                detail_ar="لا يوجد مسؤول عن هذا النظام، يلزم تجديد اعتماده أولاً.",
            )
        raise ScopeNotGrantable(
            f"Clients of {owner} are not given: {', '.join(refused)}.",
            refused=list(refused),
            detail_ar=f"لا تُمنح لأنظمة هذه الجهة: {', '.join(refused)}",
        )


def ensure_within(caller: Principal, client: Client) -> None:
    """That a new client reaches no further than who makes it. Raises OutsideBound."""
    managed_by(caller.bound).ensure_contains(client.area)


def ensure_another(caller: Principal, client_id: str) -> None:
    """That nobody changes what they themselves may do. Raises OwnClient."""
    if client_id in {caller.subject, caller.client_id}:
        raise OwnClient("Let another client do this.", detail_ar="ينفذ ذلك نظام آخر.")
