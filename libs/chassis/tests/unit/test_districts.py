"""The list of districts, and which words stand for one."""

from __future__ import annotations

from collections import Counter

import pytest

from chassis.districts import DISTRICTS, DistrictUnknown, GovernorateUnknown, as_listed, known
from chassis.governorates import GOVERNORATES
from chassis.places import InDistrict

# How many districts the source gives for those that have the card, and for those that come next.
WHOLE = {"03": 12, "04": 7, "19": 10, "28": 9, "29": 8, "35": 8}


def test_the_list_has_every_governorate_and_the_next_ones_whole() -> None:
    counted = Counter(district.governorate for district in DISTRICTS.values())
    assert counted.keys() == GOVERNORATES.keys()
    assert {code: counted[code] for code in WHOLE} == WHOLE
    names = [(d.governorate, name) for d in DISTRICTS.values() for name in (d.name_ar, d.name_en)]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert all(d.name_ar and d.name_en.isascii() and d.name_ar == d.name_ar.strip() for d in DISTRICTS.values())


@pytest.mark.parametrize(
    ("governorate", "word", "code"),
    [
        ("03", "03.02", "03.02"),
        ("03", " ٠٣.٠٢ ", "03.02"),
        ("03", "3.02", "03.02"),
        ("03", "al-arab", "03.02"),
        ("03", "حي العرب", "03.02"),
        ("03", "العرب", "03.02"),
        ("03", "قسم العرب", "03.02"),
        ("03", "al-sharq", "03.01"),
        ("03", "al-manakh", "03.03"),
        ("03", "port-fouad", "03.04"),
        ("03", "مدينة بورفؤاد", "03.04"),
        ("03", "al-dawahy", "03.05"),
        ("03", "al-zohour", "03.07"),
        ("03", "al-ganoub", "03.08"),
        ("03", "gharb", "03.12"),
        ("19", "فايد", "19.07"),
        ("19", "مركز الإسماعيلية", "19.04"),
        ("29", "اسنا", "29.07"),
        ("15", "baltim", "15.03"),
        ("11", "ras-el-bar", "11.06"),
        ("12", "gamasa", "12.21"),
        ("19", "03.02", None),
        ("03", "3.1", None),
        ("03", "03.99", None),
        ("03", "x", None),
        ("03", "", None),
        ("19", "الإسماعيلية", None),
        ("12", "ميت غمر", None),
        ("02", "العرب", None),
    ],
)
def test_a_word_stands_for_one_district_or_none(governorate: str, word: str, code: str | None) -> None:
    assert known(governorate, word) == code
    assert as_listed(governorate, word) == (code or word)


def test_only_codes_of_the_list_are_taken() -> None:
    assert InDistrict(governorate="03", district="03.02").district == "03.02"
    for governorate, district, refusal in (
        ("99", "03.02", GovernorateUnknown),
        ("03", "03.99", DistrictUnknown),
        ("19", "03.02", DistrictUnknown),
    ):
        with pytest.raises(refusal):
            InDistrict(governorate=governorate, district=district)
