"""The words a name is found by (search tokens before they are keyed), the same whichever way it was typed. No I/O.

Written on top of `chassis.text.fold`, which folds letters. No library: PyArabic, the usual one, is GPL and has had no
release since 2022, and neither it nor the smaller ones joins compound names.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Final

from chassis.text import fold

# Stands for nothing alone and belongs to what follows: servant, father, mother of …, the article.
_JOINED_TO_NEXT: Final = frozenset(
    ("عبد", "ابو", "ام", "ال", "abd", "abdel", "abdul", "abdal", "abu", "abou", "el", "al")
)
# Ends a compound that is written in one word as often as in two: نور الدين, فتح الله, سيف الإسلام.
_JOINED_TO_LAST: Final = frozenset(
    ("الدين", "الله", "الاسلام", "الحق", "العابدين", "النبي", "الرسول", "النور", "eldin", "aldin", "allah")
)
# "Son of", "daughter of" between two names say what their order says anyway.
_LEFT_OUT: Final = frozenset(("بن", "ابن", "بنت", "ibn", "bin", "bint"))
_APOSTROPHES: Final = str.maketrans("", "", "'’ʼ`´ء")  # and the hamza on the line, which writers leave out
_NO_WORD: Final = re.compile(r"[\W_]+")
# Nearly every name: nothing in it stands otherwise in a word alone, so that the words, which are few, are kept at hand.
_LETTERS: Final = re.compile("[A-Za-z0-9 \u0621-\u063a\u0640-\u0652]+")
_KEPT: Final = 1 << 15
_TWICE: Final = re.compile("([اوي])\\1+")  # داوود, رءووف, يحيى


def words(text: str) -> list[str]:
    """The words of a name in their order, compounds as one word, letters folded: `عبد الرَّحمٰن بن علي` has two."""
    if _LETTERS.fullmatch(text) is not None:
        plain = [word for one in text.split() for word in _folded(one)]
    else:
        plain = _plain_words(text)
    units: list[str] = []
    for word in reversed(plain):
        if word in _LEFT_OUT:
            continue
        if units and (word in _JOINED_TO_NEXT or units[-1] in _JOINED_TO_LAST):
            units[-1] = _TWICE.sub(r"\1", word + units[-1])
        else:
            units.append(word)
    return units[::-1]


def _plain_words(text: str) -> list[str]:
    """The words as they stand, folded."""
    return _TWICE.sub(r"\1", _NO_WORD.sub(" ", fold(text).translate(_APOSTROPHES))).split()


@lru_cache(maxsize=_KEPT)
def _folded(word: str) -> list[str]:
    """The same of one word: none where nothing is left of it."""
    return _plain_words(word)


def tokens(text: str) -> frozenset[str]:
    """What a name is found by: each word, and a word's second occurrence as `word 2`, so that محمد أحمد محمد has three.

    The tokens of a part of a name, its words in any order, are among those of the whole name.
    """
    units = words(text)
    once = frozenset(units)
    if len(once) == len(units):
        return once
    found = Counter(units)
    return frozenset(word if n == 1 else f"{word} {n}" for word, count in found.items() for n in range(1, count + 1))
