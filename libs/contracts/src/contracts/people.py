"""Roles of people (role-based access control): the scopes of each, where it may be held, who may grant it.

The one reviewed table: a token's scopes are the union over the roles its holder has in the office chosen at sign-in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.scopes import OWN, Scope

AAL2: Final = "urn:unicard:aal2"  # two factors, or a passkey that has verified its user


class AreaKind(StrEnum):
    """What kind of area a role is held for."""

    NATION = "nation"  # `*`
    GOVERNORATE = "governorate"  # `35`
    DISTRICT = "district"  # `35.02`
    SITE = "site"  # one counter where cards are handed over
    OUTLET = "outlet"
    PROVIDER = "provider"  # of health care


REGIONS: Final = frozenset({AreaKind.NATION, AreaKind.GOVERNORATE, AreaKind.DISTRICT})
OBJECTS: Final = frozenset({AreaKind.SITE, AreaKind.OUTLET, AreaKind.PROVIDER})
_NATION: Final = frozenset({AreaKind.NATION})
_GOVERNORATES: Final = frozenset({AreaKind.NATION, AreaKind.GOVERNORATE})


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role. `granted_by`: the roles whose holders ask for it and decide on it, within their own area and authority.

    Those are held for regions, never for one place, or else their holders would grant what is wider than their own.

    `central`: held in the central authority only, since what it opens belongs to no authority. `conflicts`: roles
    that one human does not hold beside it (static separation of duties), nor whoever holds those beside this one.
    `acr`: the authentication context class that its holder must have shown.
    """

    name: str
    name_ar: str
    scopes: frozenset[Scope]
    areas: frozenset[AreaKind]
    granted_by: frozenset[str] = frozenset({"administrator"})
    central: bool = False
    conflicts: frozenset[str] = frozenset()
    acr: str = AAL2


_INSPECTS: Final = frozenset(
    {
        Scope.OUTLETS_READ, Scope.TERMINALS_READ, Scope.CATALOGUE_READ, Scope.DAYS_READ, Scope.REDEMPTIONS_READ,
        Scope.SETTLEMENTS_READ, Scope.DISPUTES_WRITE, Scope.INSPECTOR_DRAWS_WRITE, Scope.CARDS_INSPECT,
    }
)  # fmt: skip
_OFFICE: Final = frozenset({"administrator", "office-manager"})
_HANDLES_CITIZENS: Final = frozenset(
    {
        "registry-clerk", "registry-approver", "registry-importer", "counter-clerk", "card-officer", "service-desk",
        "card-printer", "coverage-officer", "inspector", "production-officer",
    }
)  # fmt: skip
_HANDLES_MONEY: Final = frozenset(
    {"payouts-maker", "payouts-approver", "treasury-officer", "treasury-approver", "accountant", "contributions-clerk"}
)
_DECIDES: Final = frozenset(
    {
        "policy-approver", "payouts-approver", "treasury-approver", "operations-approver", "client-approver",
        "production-approver", "campaigns-approver",
    }
)  # fmt: skip

_ADMINISTRATES: Final = frozenset(
    {
        Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE,
        Scope.AUTHORITIES_WRITE,
    }
)  # fmt: skip

PEOPLE: Final[Mapping[str, Role]] = MappingProxyType(
    {
        # Who gives others their rights sees no citizen, no money and no health, and holds no right to act himself.
        "administrator": Role(
            name="Administrator of people",
            name_ar="مسؤول المستخدمين والصلاحيات",
            scopes=_ADMINISTRATES,
            areas=_GOVERNORATES,
            conflicts=_HANDLES_CITIZENS | _HANDLES_MONEY | _DECIDES | {"office-manager", "auditor", "operator"},
        ),
        "office-manager": Role(
            name="Head of an office, who fills its desks",
            name_ar="مدير المكتب",
            scopes=frozenset({Scope.PEOPLE_READ, Scope.PEOPLE_SUSPEND, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE}),
            areas=REGIONS,
            conflicts=_HANDLES_CITIZENS | _HANDLES_MONEY,
        ),
        "registry-clerk": Role(
            name="Clerk of the register of households",
            name_ar="موظف سجل الأسر",
            scopes=frozenset(
                {
                    Scope.CITIZENS_READ,
                    Scope.CITIZENS_WRITE,
                    Scope.CARDS_READ,
                    Scope.REQUESTS_WRITE,
                    Scope.FLOUR_CHOICES_WRITE,
                }
            ),
            areas=REGIONS,
            granted_by=_OFFICE,
        ),
        "registry-approver": Role(
            name="Decides requests for changes of the register, and appeals",
            name_ar="معتمد طلبات تعديل سجل الأسر",
            scopes=frozenset({Scope.CITIZENS_READ, Scope.REQUESTS_READ, Scope.REQUESTS_APPROVE}),
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"registry-clerk", "registry-importer"}),
        ),
        "registry-importer": Role(
            name="Officer for files of citizens",
            name_ar="مسؤول ملفات تسجيل المواطنين",
            scopes=frozenset({Scope.CITIZENS_IMPORT, Scope.CITIZENS_READ}),
            areas=_GOVERNORATES,
        ),
        "counter-clerk": Role(
            name="Clerk at a counter where cards are handed over",
            name_ar="موظف شباك تسليم الكروت",
            scopes=frozenset({Scope.CARDS_HANDOVER, Scope.STOCK_COUNT}),
            areas=frozenset({AreaKind.SITE}),
            granted_by=_OFFICE,
        ),
        "card-officer": Role(
            name="Officer for cards: blocks and replacements",
            name_ar="مسؤول إيقاف الكروت واستبدالها",
            scopes=frozenset({Scope.CARDS_READ, Scope.CARDS_WRITE}),
            areas=REGIONS,
            granted_by=_OFFICE,
        ),
        "card-printer": Role(
            name="Officer who prints cards",
            name_ar="مسؤول طباعة الكروت",
            scopes=frozenset({Scope.CARDS_PRINT, Scope.CARDS_READ}),
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"counter-clerk"}),
        ),
        "production-officer": Role(
            name="Officer for cards made by a bureau",
            name_ar="مسؤول إصدار الكروت لدى جهة الطباعة",
            scopes=frozenset({Scope.PRODUCTION_WRITE, Scope.CARDS_READ}),
            areas=_GOVERNORATES,
            conflicts=frozenset({"production-approver", "counter-clerk"}),
        ),
        "production-approver": Role(
            name="Decides on orders of cards and on bureaus",
            name_ar="معتمد طلبات إصدار الكروت وجهات الطباعة",
            scopes=frozenset({Scope.PRODUCTION_APPROVE}),
            areas=_GOVERNORATES,
        ),
        "card-storekeeper": Role(
            name="Keeper of a governorate's store of cards",
            name_ar="أمين مخزن الكروت",
            scopes=frozenset({Scope.STOCK_DISPATCH}),
            areas=_GOVERNORATES,
            conflicts=frozenset({"counter-clerk"}),
        ),
        "service-desk": Role(
            name="Service desk that answers citizens",
            name_ar="مكتب خدمة المواطنين",
            scopes=frozenset(
                {
                    Scope.CARDS_READ,
                    Scope.CARDS_REPORT,
                    Scope.ENTITLEMENTS_READ,
                    Scope.WALLETS_READ,
                    Scope.COVERAGE_READ,
                    Scope.MESSAGES_READ,
                    Scope.COMPLAINTS_ENTER,
                    Scope.OVERVIEW_READ,
                    Scope.PRIVACY_ASK,
                }
            ),
            areas=REGIONS,
            granted_by=_OFFICE,
        ),
        "rollout-planner": Role(
            name="Planner of the roll-out and its counters",
            name_ar="مخطط مراحل التطبيق ومنافذ التسليم",
            scopes=frozenset({Scope.ROLLOUT_WRITE, Scope.SITES_WRITE}),
            areas=_GOVERNORATES,
        ),
        "rollout-approver": Role(
            name="Decides on phases of the roll-out that others propose",
            name_ar="معتمد مراحل التطبيق",
            scopes=frozenset({Scope.ROLLOUT_APPROVE, Scope.ROLLOUT_READ}),
            areas=_GOVERNORATES,
        ),
        "policy-enterer": Role(
            name="Enters dated policies",
            name_ar="مُدخل السياسات",
            scopes=frozenset({Scope.POLICIES_READ, Scope.POLICIES_WRITE}),
            areas=_NATION,
            central=True,
            conflicts=frozenset({"policy-approver"}),
        ),
        "policy-approver": Role(
            name="Approves dated policies",
            name_ar="معتمد السياسات",
            scopes=frozenset({Scope.POLICIES_READ, Scope.POLICIES_APPROVE}),
            areas=_NATION,
            central=True,
        ),
        "campaigns-officer": Role(
            name="Writes campaigns of messages to citizens",
            name_ar="مُعد حملات الرسائل",
            scopes=frozenset({Scope.CAMPAIGNS_WRITE}),
            areas=_GOVERNORATES,
            conflicts=frozenset({"campaigns-approver"}),
        ),
        "campaigns-approver": Role(
            name="Decides on campaigns of messages that others have written",
            name_ar="معتمد حملات الرسائل",
            scopes=frozenset({Scope.CAMPAIGNS_APPROVE}),
            areas=_GOVERNORATES,
        ),
        "outlets-officer": Role(
            name="Officer for outlets and their terminals",
            name_ar="مسؤول المنافذ والأجهزة",
            scopes=frozenset(
                {Scope.OUTLETS_WRITE, Scope.TERMINALS_WRITE, Scope.TERMINALS_ENROL, Scope.FLOUR_DELIVERIES_WRITE}
            ),
            areas=_GOVERNORATES,
            granted_by=_OFFICE,
        ),
        "inspector": Role(
            name="Inspector of outlets",
            name_ar="مفتش تموين",
            scopes=_INSPECTS,
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"outlets-officer", "disputes-approver", "registry-approver"}),
        ),
        "sheets-clerk": Role(
            name="Clerk who enters outlets' paper sheets of sales",
            name_ar="موظف إدخال كشوف المبيعات الورقية",
            scopes=frozenset({Scope.SHEETS_WRITE, Scope.OUTLETS_READ, Scope.CATALOGUE_READ}),
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"sheets-approver", "outlets-officer"}),
        ),
        "sheets-approver": Role(
            name="Decides on outlets' paper sheets of sales",
            name_ar="معتمد كشوف المبيعات الورقية",
            scopes=frozenset({Scope.SHEETS_APPROVE, Scope.OUTLETS_READ}),
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"outlets-officer"}),
        ),
        "disputes-approver": Role(
            name="Decides what outlets claim of sales without a network",
            name_ar="معتمد مطالبات المنافذ",
            scopes=frozenset({Scope.DISPUTES_APPROVE}),
            areas=REGIONS,
            granted_by=_OFFICE,
            conflicts=frozenset({"outlets-officer"}),
        ),
        "payouts-maker": Role(
            name="Makes batches of payouts",
            name_ar="مُعد دفعات الصرف",
            scopes=frozenset({Scope.PAYOUTS_SUBMIT, Scope.PAYEES_RESOLVE}),
            areas=_GOVERNORATES,
            conflicts=frozenset({"payouts-approver"}),
        ),
        "payouts-approver": Role(
            name="Approves batches of payouts",
            name_ar="معتمد دفعات الصرف",
            scopes=frozenset({Scope.PAYOUTS_APPROVE}),
            areas=_GOVERNORATES,
        ),
        "treasury-officer": Role(
            name="Officer of the treasury, who proposes what is paid into funds and whose they are",
            name_ar="مسؤول الخزانة",
            scopes=frozenset({Scope.FUNDS_WRITE}),
            areas=_NATION,
            conflicts=frozenset({"payouts-maker", "payouts-approver", "treasury-approver"}),
        ),
        "treasury-approver": Role(
            name="Approves what the treasury pays into funds, and whose they are",
            name_ar="معتمد الخزانة",
            scopes=frozenset({Scope.FUNDS_APPROVE}),
            areas=_NATION,
            conflicts=frozenset({"payouts-maker", "payouts-approver"}),
        ),
        "accountant": Role(
            name="Accountant of the ledger and of settlements",
            name_ar="محاسب",
            scopes=frozenset({Scope.LEDGER_READ, Scope.SETTLEMENTS_READ, Scope.PAYMENTS_READ}),
            areas=_NATION,
            conflicts=frozenset({"payouts-maker", "payouts-approver"}),
        ),
        "complaints-clerk": Role(
            name="Clerk who enters citizens' complaints",
            name_ar="موظف تلقي الشكاوى",
            scopes=frozenset({Scope.COMPLAINTS_ENTER}),
            areas=_GOVERNORATES,
            granted_by=_OFFICE,
        ),
        "complaints-officer": Role(
            name="Officer of an area's team who answers citizens' complaints",
            name_ar="مسؤول الرد على الشكاوى",
            scopes=frozenset(
                {Scope.COMPLAINTS_ENTER, Scope.COMPLAINTS_ANSWER, Scope.CARDS_READ, Scope.ENTITLEMENTS_READ}
            ),
            areas=_GOVERNORATES,
            granted_by=_OFFICE,
        ),
        "contributions-clerk": Role(
            name="Enters contributions to health insurance",
            name_ar="موظف اشتراكات التأمين الصحي",
            scopes=frozenset({Scope.CONTRIBUTIONS_WRITE, Scope.COVERAGE_READ}),
            areas=_GOVERNORATES,
            granted_by=_OFFICE,
            conflicts=frozenset({"coverage-officer"}),
        ),
        "coverage-officer": Role(
            name="Decides on exemptions from health insurance's contributions",
            name_ar="مسؤول إعفاءات التأمين الصحي",
            scopes=frozenset({Scope.COVERAGE_READ, Scope.COVERAGE_WRITE}),
            areas=_GOVERNORATES,
        ),
        "providers-officer": Role(
            name="Officer for health providers and their terminals",
            name_ar="مسؤول مقدمي الخدمة الصحية",
            scopes=frozenset({Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE, Scope.TERMINALS_ENROL}),
            areas=_GOVERNORATES,
        ),
        "client-administrator": Role(
            name="Registers systems that call the API",
            name_ar="مسؤول الأنظمة المتصلة",
            scopes=frozenset({Scope.CLIENTS_READ, Scope.CLIENTS_WRITE}),
            areas=_NATION,
            central=True,
            conflicts=frozenset({"client-approver"}),
        ),
        "client-approver": Role(
            name="Decides what systems may do",
            name_ar="معتمد صلاحيات الأنظمة",
            scopes=frozenset({Scope.CLIENTS_READ, Scope.CLIENTS_APPROVE}),
            areas=_NATION,
            central=True,
        ),
        "operator": Role(
            name="Operator of the system",
            name_ar="مشغل النظام",
            scopes=frozenset({Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE}),
            areas=_NATION,
            central=True,
            conflicts=frozenset({"operations-approver"}),
        ),
        "operations-approver": Role(
            name="Decides on what operators propose",
            name_ar="معتمد إجراءات التشغيل",
            scopes=frozenset({Scope.OPERATIONS_READ, Scope.OPERATIONS_APPROVE}),
            areas=_NATION,
            central=True,
        ),
        "key-custodian": Role(
            name="Custodian of the keys that sign tokens",
            name_ar="أمين مفاتيح التوقيع",
            scopes=frozenset({Scope.KEYS_ROTATE, Scope.KEYS_APPROVE}),
            areas=_NATION,
            central=True,
        ),
        "trainer": Role(
            name="Trainer, who moves the time of a training system",
            name_ar="مدرب",
            scopes=frozenset({Scope.TRAINING_CLOCK}),
            areas=_NATION,
            central=True,
        ),
        "security-officer": Role(
            name="Security officer, who stops people, systems and terminals at once",
            name_ar="مسؤول أمن المعلومات",
            scopes=frozenset({Scope.PEOPLE_READ, Scope.PEOPLE_SUSPEND, Scope.CLIENTS_SUSPEND, Scope.TERMINALS_SUSPEND}),
            areas=_NATION,
            central=True,
            conflicts=_HANDLES_CITIZENS | _HANDLES_MONEY | {"administrator", "client-administrator"},
        ),
        "auditor": Role(
            name="Auditor, who reads and changes nothing",
            name_ar="مراجع",
            scopes=frozenset(
                {
                    Scope.PEOPLE_READ,
                    Scope.CLIENTS_READ,
                    Scope.POLICIES_READ,
                    Scope.OUTLETS_READ,
                    Scope.TERMINALS_READ,
                    Scope.PROVIDERS_READ,
                    Scope.SITES_READ,
                    Scope.ROLLOUT_READ,
                    Scope.DAYS_READ,
                    Scope.SETTLEMENTS_READ,
                    Scope.LEDGER_READ,
                    Scope.OPERATIONS_READ,
                    Scope.PAYOUTS_READ,
                    Scope.RECORDS_READ,
                }
            ),
            areas=_GOVERNORATES,
            central=True,
        ),
        "data-protection-officer": Role(
            name="Data protection officer, who answers citizens",
            name_ar="مسؤول حماية البيانات",
            scopes=frozenset(
                {
                    Scope.RECORDS_READ,
                    Scope.DISCLOSURES_READ,
                    Scope.DATA_EXPORT,
                    Scope.PRIVACY_WRITE,
                    Scope.PRIVACY_ASK,
                }
            ),
            areas=_NATION,
            central=True,
            conflicts=_HANDLES_CITIZENS | _HANDLES_MONEY,
        ),
        "governor": Role(
            name="Governor's view of the governorate",
            name_ar="متابعة المحافظ",
            scopes=frozenset(
                {
                    Scope.OUTLETS_READ,
                    Scope.SITES_READ,
                    Scope.ROLLOUT_READ,
                    Scope.PROVIDERS_READ,
                    Scope.DAYS_READ,
                    Scope.SETTLEMENTS_READ,
                }
            ),
            areas=frozenset({AreaKind.GOVERNORATE}),
        ),
    }
)

# What citizens are given when they sign in, and what the gateway asks other services for on the way; nobody grants it.
OF_CITIZENS: Final = OWN | {Scope.DISCLOSURES_READ, Scope.DATA_EXPORT, Scope.PRIVACY_ASK}
# What is added to every person's roles: about themselves, and no one else.
OF_PEOPLE: Final = frozenset({Scope.SELF_SESSIONS})
OF_THE_GATEWAY: Final = frozenset({Scope.CITIZENS_VERIFY, Scope.CODES_SEND, Scope.NOTICES_SEND})

# Held by machines alone: what a terminal does at a sale or a visit, what a system feeds in or fetches.
MACHINES_ONLY: Final = frozenset(
    {
        Scope.LEGACY_DRAWS_WRITE,
        Scope.REDEMPTIONS_CREATE,
        Scope.REDEMPTIONS_LATE,
        Scope.DAYS_CLOSE,
        Scope.PAYMENTS_CREATE,
        Scope.LEDGER_WRITE,
        Scope.ELIGIBILITY_CHECK,
        Scope.ENCOUNTERS_CREATE,
        Scope.ENCOUNTERS_READ,
        Scope.FHIR_READ,
        Scope.MESSAGES_REPORT,
        Scope.RECORDS_COLLECT,  # the gateway's own, for whom it has asked
    }
)


def writes(role: str) -> bool:
    """Whether a role can change anything."""
    return any(not scope.endswith(":read") for scope in PEOPLE[role].scopes)


def conflicting(one: str, other: str) -> bool:
    """Whether one human may not hold both: as either of them says, and an auditor holds nothing that changes."""
    if one == other:
        return False
    if "auditor" in (one, other) and (writes(one) or writes(other)):
        return True
    return other in PEOPLE[one].conflicts or one in PEOPLE[other].conflicts


def scopes_of(roles: Collection[str]) -> frozenset[Scope]:
    """What the holder of some roles may do; a role that a newer version has taken away gives nothing."""
    return frozenset(scope for role in roles if role in PEOPLE for scope in PEOPLE[role].scopes)
