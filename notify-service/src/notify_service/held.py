"""Which tables of notify-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending, Stays
from chassis.records.held import Erasing, Held, HeldIn, owner
from chassis.sealing import SealBroken
from notify_service.campaigns import erasing as campaigns
from notify_service.complaints import erasing as complaints
from notify_service.complaints.service import TEXT
from notify_service.contacts import erasing as contacts
from notify_service.context import Runtime
from notify_service.debits import erasing as debits
from notify_service.inquiries import erasing as inquiries
from notify_service.inquiries.long_texts import PART
from notify_service.messages import erasing as messages
from notify_service.questions import erasing as questions
from notify_service.questions.service import TEXT as QUESTION
from notify_service.spot_checks import erasing as spot_checks

_TELLING: Final = Basis.TELLING
_SENT_IN: Final = "(SELECT i.*, c.citizen_id FROM contact c JOIN inbound_message i USING (number_hash)) t"
_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}


def _contact(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return orjson.loads(runtime.state.vault.open(owner(row, "citizen_id"), sealed))


def _content(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    """The text where it was sent; what waits is facts, which its own opens."""
    try:
        return runtime.state.vault.open(owner(row, "id"), sealed).decode("utf-8", "replace")
    except SealBroken:
        return "sealed"


def _complaint(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return runtime.state.vault.open(owner(row, "complaint_id"), sealed, TEXT).decode()


def _part(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return orjson.loads(runtime.state.vault.open(owner(row, "part_id"), sealed, PART))[1]


def _unclear(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return runtime.state.vault.open(owner(row, "text_id"), sealed, QUESTION).decode()


def _question(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return runtime.state.vault.open(owner(row, "question_id"), sealed, QUESTION).decode()


HELD: Final[Held] = {
    # before the contact, whose number finds them
    "inbound_message": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (inquiries.ASKED_BY,)),),
        without=("number_hash",),
        source=_SENT_IN,
    ),
    "inbound_part": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        stays=Stays.PASSING,  # forgotten after minutes, by `inbound.parts_wait_seconds`
        erases=(Erasing((Personal.MESSAGES,), (inquiries.PARTS_OF,)),),
        without=("number_hash",),
        source="(SELECT i.*, c.citizen_id FROM contact c JOIN inbound_part i USING (number_hash)) t",
        sealed={"sealed": _part},
    ),
    "contact": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.CONTACT, Personal.IDENTITY),
        basis=_TELLING,
        retention=Retention.REGISTER,
        erases=(Erasing((Personal.CONTACT, Personal.IDENTITY), (contacts.CONTACT,)),),
        without=("number_hash",),
        sealed={"sealed": _contact},
    ),
    "message": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.MESSAGES,
        ends=Ending("t.created_at < {before} AND t.status NOT IN ('queued', 'sending')", by="end_message"),
        erases=(Erasing((Personal.MESSAGES,), (messages.UNSENT, messages.WORDS), partly=True),),
        sealed={"content": _content},
    ),
    # the texts before the complaints, by which they are found
    "complaint_text": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (complaints.TEXTS,), partly=True),),
        source="(SELECT x.*, c.citizen_id FROM complaint_text x JOIN complaint c USING (complaint_id)) t",
        sealed={"sealed": _complaint},
    ),
    "complaint": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (complaints.WHOSE,), partly=True),),
    ),
    "unclear_text": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        stays=Stays.PASSING,  # forgotten after a day, by `question.within_minutes`
        erases=(Erasing((Personal.MESSAGES,), (questions.UNCLEAR,)),),
        sealed={"sealed": _unclear},
    ),
    # the texts before the questions, by which they are found
    "question_text": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (questions.TEXTS,), partly=True),),
        source="(SELECT x.*, q.citizen_id FROM question_text x JOIN question q USING (question_id)) t",
        sealed={"sealed": _question},
    ),
    "question": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (questions.WHOSE,), partly=True),),
    ),
    "spot_check": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES,), (spot_checks.WAITING, spot_checks.WHOSE)),),
    ),
    "campaign_recipient": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        retention=Retention.MESSAGES,
        stays=Stays.PASSING,  # forgotten when the campaign is over
        erases=(Erasing((Personal.MESSAGES,), (campaigns.RECIPIENT,)),),
    ),
    "inquiry": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES, Personal.RATIONS, Personal.MONEY),
        basis=_TELLING,
        retention=Retention.QUESTIONS,
        erases=(Erasing((Personal.MESSAGES, Personal.RATIONS, Personal.MONEY), (inquiries.INQUIRIES,)),),
    ),
    "debit_day": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MONEY,),
        basis=_TELLING,
        retention=Retention.MESSAGES,
        ends=Ending("t.day::timestamptz < {before} AND t.waiting = 0", by="end_debit_day"),
        erases=(Erasing((Personal.MESSAGES, Personal.MONEY), (debits.DEBITS,)),),
    ),
    "deceased": HeldIn(whose=_CITIZEN, classes=(Personal.IDENTITY,), basis=_TELLING, retention=Retention.REGISTER),
    "card_holder": HeldIn(whose=_CITIZEN, classes=(Personal.CARD,), basis=_TELLING, retention=Retention.REGISTER),
    "household_place": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.HOUSEHOLD,),
        basis=_TELLING,
        retention=Retention.REGISTER,
    ),
    **RIGHTS,
}
