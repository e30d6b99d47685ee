"""Port Said: districts, pick-up sites and outlets. The counts are the ministry's, the names an example."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

PORT_SAID = "03"
POST_OFFICES, SUPPLY_CENTRES, BAKERIES, OUTLETS = 25, 5, 81, 230


@dataclass(frozen=True, slots=True)
class District:
    """A district of the governorate; `weight` is its share of the people."""

    code: str
    name_ar: str
    name_en: str
    weight: int


DISTRICTS = (
    District("03.01", "حي الشرق", "Al-Sharq", 6),
    District("03.02", "حي العرب", "Al-Arab", 9),
    District("03.03", "حي المناخ", "Al-Manakh", 13),
    District("03.05", "حي الضواحي", "Al-Dawahy", 16),
    District("03.07", "حي الزهور", "Al-Zohour", 32),
    District("03.08", "حي الجنوب", "Al-Ganoub", 7),
    District("03.12", "حي غرب", "Gharb", 3),
    District("03.04", "مدينة بورفؤاد", "Port Fouad", 14),
)
BY_CODE = {district.code: district for district in DISTRICTS}

_POST = (
    ("03.01", "بورسعيد الرئيسي", "Port Said Main", 60), ("03.01", "الميناء", "The Harbour", 36),
    ("03.01", "الإفرنج", "Al-Afrang", 40), ("03.02", "العرب", "Al-Arab", 44),
    ("03.02", "الثلاثيني", "Al-Thalathini", 36), ("03.02", "التجاري", "Al-Togary", 36),
    ("03.03", "المناخ", "Al-Manakh", 44), ("03.03", "السلام", "Al-Salam", 36),
    ("03.03", "الجوهرة", "Al-Gawhara", 36), ("03.05", "الضواحي", "Al-Dawahy", 44),
    ("03.05", "فاطمة الزهراء", "Fatma Al-Zahraa", 40), ("03.05", "ناصر", "Nasser", 36),
    ("03.05", "الكويت", "Al-Kuwait", 40), ("03.07", "الزهور", "Al-Zohour", 56),
    ("03.07", "علي بن أبي طالب", "Ali ibn Abi Talib", 40),
    ("03.07", "عمر بن الخطاب", "Omar ibn Al-Khattab", 40),
    ("03.07", "الأمل", "Al-Amal", 40), ("03.07", "العاشر من رمضان", "Tenth of Ramadan", 40),
    ("03.07", "المنطقة الصناعية", "Industrial Zone", 32), ("03.08", "القابوطي", "Al-Qabouty", 36),
    ("03.08", "الجنوب", "Al-Ganoub", 36), ("03.12", "الجرابعة", "Al-Garabaa", 30),
    ("03.12", "الديبة", "Al-Deiba", 24), ("03.04", "بورفؤاد", "Port Fouad", 48),
    ("03.04", "بورفؤاد ثان", "Port Fouad Second", 40),
)  # fmt: skip
_CENTRES = (
    ("03.01", "الشرق", "Al-Sharq"),
    ("03.03", "المناخ", "Al-Manakh"),
    ("03.05", "الضواحي", "Al-Dawahy"),
    ("03.07", "الزهور", "Al-Zohour"),
    ("03.04", "بورفؤاد", "Port Fouad"),
)
_HEALTH = (
    ("03.02", "العرب", "Al-Arab"), ("03.03", "المناخ", "Al-Manakh"),
    ("03.07", "الزهور", "Al-Zohour"), ("03.04", "بورفؤاد", "Port Fouad"),
)  # fmt: skip

# ISO weekdays: Saturday to Thursday; Friday is closed everywhere.
WORKING_DAYS = (6, 7, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Site:
    """A place where cards are handed over; `hourly_capacity` is hand-overs an hour over all its counters."""

    kind: str
    name_ar: str
    name_en: str
    district: str
    hourly_capacity: int

    def request(self) -> dict[str, Any]:
        """The body that registers it."""
        return {
            "name_ar": self.name_ar, "name_en": self.name_en, "kind": self.kind, "governorate": PORT_SAID,
            "district": self.district, "address_ar": f"بورسعيد، {BY_CODE[self.district].name_ar}",
            "hourly_capacity": self.hourly_capacity, "opens": "08:00", "closes": "15:00",
            "working_days": list(WORKING_DAYS),
        }  # fmt: skip


def pickup_sites() -> list[Site]:
    """Post offices, supply service centres, health-insurance offices and the governorate office."""
    post = [Site("post_office", f"مكتب بريد {ar}", f"{en} Post Office", d, c) for d, ar, en, c in _POST]
    centres = [
        Site("supply_centre", f"مركز خدمة تموينية {ar}", f"{en} Supply Service Centre", d, 44) for d, ar, en in _CENTRES
    ]
    health = [
        Site("health_office", f"مكتب التأمين الصحي الشامل {ar}", f"{en} Health Insurance Office", d, 30)
        for d, ar, en in _HEALTH
    ]
    office = Site("governorate_office", "ديوان عام محافظة بورسعيد", "Port Said Governorate Office", "03.01", 40)
    return [*post, *centres, *health, office]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A bakery or a shop to be registered."""

    kind: str
    name_ar: str
    name_en: str
    district: str
    fuel: str | None = None
    loaf_type: str | None = None

    def request(self) -> dict[str, Any]:
        """The body that registers it."""
        body: dict[str, Any] = {
            "kind": self.kind, "name_ar": self.name_ar, "name_en": self.name_en,
            "governorate": PORT_SAID, "district": self.district,
        }  # fmt: skip
        if self.kind == "bakery":
            body |= {"fuel": self.fuel, "loaf_type": self.loaf_type}
        return body


_SHOPS = (
    ("grocer", "بقالة تموينية", "Grocer", 74),
    ("gameaty", "منفذ جمعيتي", "Gameaty", 21),
    ("complex", "مجمع استهلاكي", "Complex", 5),
)


def _spread(count: int) -> list[District]:
    """Districts in turn, by their people; every district at least once where `count` allows."""
    total = sum(district.weight for district in DISTRICTS)
    quota = {district.code: count * district.weight / total for district in DISTRICTS}
    given: dict[str, int] = dict.fromkeys(quota, 0)
    order: list[District] = []
    for _ in range(count):
        best = max(DISTRICTS, key=lambda d: (given[d.code] == 0, quota[d.code] - given[d.code]))
        given[best.code] += 1
        order.append(best)
    return order


def bakeries(rng: random.Random, count: int = BAKERIES) -> list[Outlet]:
    """Bakeries over the districts, all of diesel: for gas no rate is known since Directive 9/2025."""
    made: list[Outlet] = []
    for number, district in enumerate(_spread(count), start=1):
        name_ar, name_en = f"مخبز {district.name_ar} رقم {number}", f"{district.name_en} Bakery {number}"
        loaf_type = "soft" if rng.random() < 0.75 else "hard"
        made.append(Outlet("bakery", name_ar, name_en, district.code, fuel="diesel", loaf_type=loaf_type))
    return made


def shops(rng: random.Random, count: int = OUTLETS) -> list[Outlet]:
    """Grocers, Gameaty outlets and consumer complexes over the districts, at least one of each."""
    made: list[Outlet] = []
    for number, district in enumerate(_spread(count), start=1):
        kinds = _SHOPS if number > len(_SHOPS) else (_SHOPS[number - 1],)
        kind, ar, en, _ = rng.choices(kinds, [entry[3] for entry in kinds])[0]
        name_ar, name_en = f"{ar} {district.name_ar} رقم {number}", f"{district.name_en} {en} {number}"
        made.append(Outlet(kind, name_ar, name_en, district.code))
    return made
