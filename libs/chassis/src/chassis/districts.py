"""The districts of Egypt (قسم or مركز) by their codes, in English and Arabic: one list, and the one word for each.

A code is that of the governorate and two digits, `03.02`: what tokens, households, sites, outlets and events say.
The list is `districts.csv`; where it comes from stands in decision 0042. A word that is not in it is no district.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from chassis.governorates import GOVERNORATES
from chassis.refusals import Kind, Refusal
from chassis.text import fold, normalise_digits

# How a district that was written in words of its own, before there was a list, is asked for.
UNLISTED: Final = "unlisted"
CODE: Final = r"^[0-9]{2}[.][0-9]{2}$"
# Words of before the list that no name in it is: the pilot's own for its city districts (a city of two police
# districts stands for the first), and a seaside town for the district whose seat it is.
_FORMER: Final[Mapping[tuple[str, str], str]] = {
    ("03", "port fouad"): "03.04",
    ("03", "بورفواد"): "03.04",
    ("03", "ganoub"): "03.08",
    ("03", "جنوب"): "03.08",
    ("03", "gharb"): "03.12",
    ("03", "غرب"): "03.12",
    ("15", "baltim"): "15.03",
}
_KIND = re.compile(r"^(قسم|مركز|مدينه|حي|ميناء)\s+")
# What tells districts of one name apart: a word without it names none of them.
_WHICH = re.compile(r"^(اول|ثان|ثالث|رابع) | (first|second|third|fourth|centre)$")
_ARTICLE = re.compile(r"^(ال|al |el )")
_BETWEEN = re.compile(r"[\s_.–—-]+")
_UNPADDED = re.compile(r"[1-4][.][0-9]{2}")  # a spreadsheet has read `03.02` as a number


class GovernorateUnknown(Refusal):
    """There is no governorate of this code"""

    code = "governorate_unknown"
    title_ar = "كود المحافظة غير معروف"
    kind = Kind.INVALID


class DistrictUnknown(Refusal):
    """There is no district of this code in the governorate"""

    code = "district_unknown"
    title_ar = "كود القسم أو المركز غير معروف في هذه المحافظة"
    kind = Kind.INVALID


class District(NamedTuple):
    """A district."""

    code: str
    name_ar: str
    name_en: str

    @property
    def governorate(self) -> str:
        """The code of its governorate."""
        return self.code[:2]


def _read() -> dict[str, District]:
    lines = files("chassis").joinpath("districts.csv").read_text(encoding="utf-8").splitlines()
    return {row["code"]: District(**row) for row in csv.DictReader(lines)}


DISTRICTS: Final[Mapping[str, District]] = _read()


def _plain(word: str) -> str:
    return _BETWEEN.sub(" ", fold(word)).strip()


def _bare(plain: str) -> str:
    """A name without the kind of district and the article, which writers vary."""
    return _ARTICLE.sub("", _KIND.sub("", plain))


def _names() -> dict[tuple[str, str], str]:
    """Codes by governorate and name; a bare name is that of one district only."""
    full: dict[tuple[str, str], str] = {}
    bare: dict[tuple[str, str], set[str]] = defaultdict(set)
    for district in DISTRICTS.values():
        for word in map(_plain, (district.name_ar, district.name_en)):
            full[district.governorate, word] = district.code
            bare[district.governorate, _bare(_WHICH.sub("", _bare(word)))].add(district.code)
    alone = {name: codes.pop() for name, codes in bare.items() if len(codes) == 1}
    return alone | full


_NAMES: Final = _names()


@lru_cache(maxsize=4096)
def known(governorate: str, word: str) -> str | None:
    """The code of a district that is written as its code, its name or a word of before the list; None for others."""
    plain = normalise_digits(word)
    if _UNPADDED.fullmatch(plain):
        plain = f"0{plain}"
    if plain in DISTRICTS:
        return plain if plain[:2] == governorate else None
    name = _plain(word)
    return _NAMES.get((governorate, name)) or next(
        (found[governorate, _bare(name)] for found in (_FORMER, _NAMES) if (governorate, _bare(name)) in found), None
    )


def as_listed(governorate: str, word: str) -> str:
    """The code of a district that an event or a row of before the list names; a word nobody knows stays as it is."""
    return known(governorate, word[:100]) or word


def ensure_governorate(code: str) -> str:
    """The code of a governorate, as it is. Raises GovernorateUnknown."""
    if code not in GOVERNORATES:
        raise GovernorateUnknown(
            "The governorates and their districts are at GET /v1/governorates.", detail_ar="راجع كود المحافظة."
        )
    return code


def ensure_district(code: str) -> str:
    """The code of a district, as it is. Raises DistrictUnknown."""
    if code not in DISTRICTS:
        raise DistrictUnknown(
            "The governorates and their districts are at GET /v1/governorates.",
            detail_ar="اختر القسم أو المركز من قائمة المحافظة.",
        )
    return code
