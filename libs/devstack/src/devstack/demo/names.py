"""Arabic given and family names, frequent enough in Egypt to point at nobody."""

from __future__ import annotations

import random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MALE = _words("""
    محمد أحمد محمود مصطفى علي حسن حسين إبراهيم خالد عمرو طارق ياسر سامي وليد هشام كريم شريف عادل جمال سعيد
    رمضان عبدالله يوسف عمر إسماعيل صلاح ماهر أشرف أيمن ناصر فتحي رضا سمير مجدي حمدي عصام فوزي نبيل مينا
    جرجس بيتر مايكل عماد هاني تامر باسم زياد ياسين حمزة مروان
""")
FEMALE = _words("""
    فاطمة مريم زينب عائشة نادية سعاد هدى منى أمل إيمان سلوى نجلاء رانيا دينا هبة ياسمين سارة نورهان آية ندى
    شيماء أسماء دعاء ولاء رحاب سماح عزة نوال كريمة صباح فوزية سميرة ليلى سهير عبير غادة مروة نهى حنان
    مارينا كريستين ماريا جنى ملك حبيبة روان سلمى لمياء إنجي شهد
""")
FAMILY = _words("""
    السيد عبدالرحمن عبدالعزيز الشناوي البدري الدسوقي المصري البورسعيدي الشربيني الحديدي العربي النجار
    الحداد القاضي سليمان منصور شاهين غنيم الجمل الصياد أبوالعز عطية خليل فرج بدوي زكي سلامة حجازي الطوخي
    رزق بطرس حنا عوض شلبي مرسي البنا عامر الفقي درويش الليثي قنديل حماد طه صالح موسى عيسى داود
""")


def given(rng: random.Random, *, male: bool) -> str:
    """A given name of that sex."""
    return rng.choice(MALE if male else FEMALE)


def lineage(rng: random.Random) -> tuple[str, str, str]:
    """The names a child inherits: father's, grandfather's and the family's."""
    return rng.choice(MALE), rng.choice(MALE), rng.choice(FAMILY)


def full(given_name: str, line: tuple[str, str, str]) -> str:
    """The name as it stands in the register: given, father, grandfather, family."""
    return " ".join((given_name, *line))
