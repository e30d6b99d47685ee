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
    District("al-sharq", "حي الشرق", "Al-Sharq", 6),
    District("al-arab", "حي العرب", "Al-Arab", 9),
    District("al-manakh", "حي المناخ", "Al-Manakh", 13),
    District("al-dawahy", "حي الضواحي", "Al-Dawahy", 16),
    District("al-zohour", "حي الزهور", "Al-Zohour", 32),
    District("al-ganoub", "حي الجنوب", "Al-Ganoub", 7),
    District("gharb", "حي غرب", "Gharb", 3),
    District("port-fouad", "مدينة بورفؤاد", "Port Fouad", 14),
)
BY_CODE = {district.code: district for district in DISTRICTS}

_POST = (
    ("al-sharq", "بورسعيد الرئيسي", "Port Said Main", 60), ("al-sharq", "الميناء", "The Harbour", 36),
    ("al-sharq", "الإفرنج", "Al-Afrang", 40), ("al-arab", "العرب", "Al-Arab", 44),
    ("al-arab", "الثلاثيني", "Al-Thalathini", 36), ("al-arab", "التجاري", "Al-Togary", 36),
    ("al-manakh", "المناخ", "Al-Manakh", 44), ("al-manakh", "السلام", "Al-Salam", 36),
    ("al-manakh", "الجوهرة", "Al-Gawhara", 36), ("al-dawahy", "الضواحي", "Al-Dawahy", 44),
    ("al-dawahy", "فاطمة الزهراء", "Fatma Al-Zahraa", 40), ("al-dawahy", "ناصر", "Nasser", 36),
    ("al-dawahy", "الكويت", "Al-Kuwait", 40), ("al-zohour", "الزهور", "Al-Zohour", 56),
    ("al-zohour", "علي بن أبي طالب", "Ali ibn Abi Talib", 40),
    ("al-zohour", "عمر بن الخطاب", "Omar ibn Al-Khattab", 40),
    ("al-zohour", "الأمل", "Al-Amal", 40), ("al-zohour", "العاشر من رمضان", "Tenth of Ramadan", 40),
    ("al-zohour", "المنطقة الصناعية", "Industrial Zone", 32), ("al-ganoub", "القابوطي", "Al-Qabouty", 36),
    ("al-ganoub", "الجنوب", "Al-Ganoub", 36), ("gharb", "الجرابعة", "Al-Garabaa", 30),
    ("gharb", "الديبة", "Al-Deiba", 24), ("port-fouad", "بورفؤاد", "Port Fouad", 48),
    ("port-fouad", "بورفؤاد ثان", "Port Fouad Second", 40),
)  # fmt: skip
_CENTRES = (
    ("al-sharq", "الشرق", "Al-Sharq"),
    ("al-manakh", "المناخ", "Al-Manakh"),
    ("al-dawahy", "الضواحي", "Al-Dawahy"),
    ("al-zohour", "الزهور", "Al-Zohour"),
    ("port-fouad", "بورفؤاد", "Port Fouad"),
)
_HEALTH = (
    ("al-arab", "العرب", "Al-Arab"), ("al-manakh", "المناخ", "Al-Manakh"),
    ("al-zohour", "الزهور", "Al-Zohour"), ("port-fouad", "بورفؤاد", "Port Fouad"),
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
    office = Site("governorate_office", "ديوان عام محافظة بورسعيد", "Port Said Governorate Office", "al-sharq", 40)
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
