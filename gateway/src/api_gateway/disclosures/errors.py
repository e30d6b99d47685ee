"""Why a disclosure is not held back."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class OwnDelay(Refusal):
    """Who has asked for a delay does not decide on it"""

    code = "own_disclosure_delay"
    title_ar = "من طلب تأجيل الإفصاح لا يقرره"
    kind = Kind.FORBIDDEN


class DelayDecided(Refusal):
    """The delay is decided already"""

    code = "disclosure_delay_decided"
    title_ar = "تم البت في تأجيل الإفصاح من قبل"


class DelayTooLong(Refusal):
    """The delay is longer than may be decided at once"""

    code = "disclosure_delay_too_long"
    title_ar = "مدة تأجيل الإفصاح أطول من المسموح"
    kind = Kind.INVALID
