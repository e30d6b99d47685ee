"""The words a name is found by, whichever way it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service.registry import name_words, names

SAME = {
    "hamza on alef": ("أحمد إبراهيم آدم", "احمد ابراهيم ادم", "ٱحمد إبراهيم أدم"),
    "hamza on waw and yaa": ("فؤاد هانئ رئيفة", "فواد هاني ريفه"),
    "hamza on the line": ("علاء شيماء", "علا شيما", "علاءُ شيماءُ"),
    "rauf": ("عبد الرءوف", "عبدالرؤوف", "عبد الرؤف", "عبد الروف"),
    "taa marbuta": ("فاطمة عطية", "فاطمه عطيه"),
    "alef maqsura": ("مصطفى يحيى الليثى", "مصطفي يحيي الليثي", "مصطفی یحیی اللیثی"),
    "two waws": ("داوود طاووس", "داود طاوس"),
    "vowel marks": ("مُحَمَّد", "محمد", "محمّد"),
    "superscript alef": ("عبد الرحمٰن", "عبدالرحمن"),
    "tatweel": ("محـــمد", "محمد"),
    "invisible marks": ("\u202eمحمد\u202c \u2066أحمد\u2069", "محمد\u200f أحمد", "مح\u200cمد احمد\ufeff"),
    "presentation forms": ("ﻣﺤﻤﺪ ﻋﻼء", "محمد علاء"),
    "ligatures": ("ﷴ عبد ﷲ", "محمد عبدالله"),
    "persian keyboard": ("کریم شوقی", "كريم شوقي"),
    "foreign sounds": ("ڤيولا چورچ پيتر", "فيولا جورج بيتر"),
    "servant of": ("عبد الرحمن علي", "عبدالرحمن علي", "عبد ال رحمن على"),
    "servant of god": ("عبد الله", "عبدالله", "عبد اللة"),
    "servant of the prophet's lord": ("عبد رب النبي", "عبدرب النبى", "عبد ربالنبي"),
    "father of": ("أبو بكر", "ابوبكر", "أبوبكر"),
    "father of a servant": ("أبو عبد الله", "ابوعبدالله", "ابو عبدالله"),
    "mother of": ("أم كلثوم", "امكلثوم"),
    "of the faith": ("نور الدين محمد", "نورالدين محمد"),
    "son of": ("محمد بن علي", "محمد ابن على", "محمد علي"),
    "latin": ("Mona El-Sayed", "mona el sayed", "MONA ELSAYED"),
    "latin servant": ("Abd El Rahman", "Abdel Rahman", "abdelrahman", "Abd El-Rahman"),
    "accents and apostrophes": ("Zoë O'Brian", "zoe OBrian", "ZOE O’BRIAN"),
    "digits": ("محمد ٢", "محمد 2", "محمد ۲"),
}
DIFFERENT = [
    ("محمد", "محمود"),
    ("حسن", "حسين"),
    ("عبد الله", "عبد اللطيف"),
    ("نور", "نور الدين"),
    ("علي", "علاء"),
    ("عبد الرحمن", "عبد الرحيم"),
    ("محمد أحمد محمد", "محمد أحمد"),
]
LETTERS = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآؤئءةىپچڤگکیﻻﷲـًٌٍَُِّْٰ abeélmn'-", max_size=60)


@pytest.mark.parametrize("written", SAME.values(), ids=SAME)
def test_a_name_is_the_same_whichever_way_it_is_typed(written: tuple[str, ...]) -> None:
    first = name_words.tokens(written[0])
    assert first
    assert [name_words.tokens(one) for one in written] == [first] * len(written)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=map(str, range(len(DIFFERENT))))
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert name_words.tokens(one) != name_words.tokens(other)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("عبد الرَّحمٰن بن علي", ["عبدالرحمن", "علي"]),
        ("محمد أحمد محمد", ["محمد", "احمد", "محمد"]),
        ("  ", []),
        ("بن", []),
        ("عبد", ["عبد"]),
        ("الدين", ["الدين"]),
        ("٪&!", []),
    ],
)
def test_the_words_of_a_name(written: str, words: list[str]) -> None:
    assert name_words.words(written) == words


def test_a_word_that_comes_twice_is_told_apart() -> None:
    assert name_words.tokens("محمد أحمد محمد") == {"محمد", "احمد", "محمد 2"}


@given(LETTERS | st.text(max_size=60))
def test_words_of_words_are_the_same(written: str) -> None:
    found = name_words.words(written)
    assert name_words.words(" ".join(found)) == found


@given(LETTERS, st.sampled_from("\u200b\u200f\u202a\u2066\u2069\ufeff\u00ad\u0640\u0650\u0670"), st.integers(0, 60))
def test_a_mark_that_is_not_seen_changes_nothing(written: str, mark: str, place: int) -> None:
    assert name_words.words(written[:place] + mark + written[place:]) == name_words.words(written)


@given(LETTERS)
def test_a_cleaned_name_is_found_as_it_was_typed(written: str) -> None:
    cleaned = names.name(written)
    if cleaned is not None:
        assert name_words.tokens(cleaned) == name_words.tokens(written)


@given(st.lists(st.sampled_from(["محمد", "أحمد", "منى", "سعيد", "الشافعي"]), max_size=6), st.data())
def test_a_part_of_a_name_finds_the_whole(parts: list[str], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(range(len(parts))), unique=True) if parts else st.just([]))
    assert name_words.tokens(" ".join(parts[n] for n in some)) <= name_words.tokens(" ".join(parts))


@given(st.text("عبد الله ابو بن محمدأحيى\u0651ءـ", max_size=40))
def test_words_kept_at_hand_are_those_of_the_whole_name(text: str) -> None:
    assert name_words.words(text) == name_words.words(f"{text}\u200f")
