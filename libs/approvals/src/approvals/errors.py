"""Why a proposal is not taken, changed or decided."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class ProposalUnknown(Refusal):
    """No such proposal is known"""

    code = "proposal_unknown"
    title_ar = "المقترح غير معروف"
    kind = Kind.UNKNOWN


class ProposalOpen(Refusal):
    """Something is proposed about this already"""

    code = "proposal_open"
    title_ar = "يوجد مقترح آخر لم يُبت فيه بعد"


class ProposalState(Refusal):
    """The proposal is not in a state that allows this"""

    code = "proposal_state"
    title_ar = "حالة المقترح لا تسمح بهذا الإجراء"


class ProposalExpired(Refusal):
    """The proposal has waited too long"""

    code = "proposal_expired"
    title_ar = "انتهت مدة المقترح قبل البت فيه"


class ProposalChanged(Refusal):
    """What is proposed is not what you have seen"""

    code = "proposal_changed"
    title_ar = "المقترح ليس هو ما اطلعت عليه"


class OwnProposal(Refusal):
    """Whoever entered, changed or submitted it does not decide it"""

    code = "own_proposal"
    title_ar = "لا يبت في المقترح من أدخله أو عدله أو قدمه"
    kind = Kind.FORBIDDEN


class AlreadyApproved(Refusal):
    """You have approved it already; another person is needed"""

    code = "proposal_approved_by_you"
    title_ar = "سبقت موافقتك، ويلزم شخص آخر"


class WrongOffice(Refusal):
    """A person of another office must decide this"""

    code = "proposal_office"
    title_ar = "يبت في هذا المقترح شخص من جهة أخرى"
    kind = Kind.FORBIDDEN


class DeciderNotIndependent(Refusal):
    """Your right to decide was asked for or granted by one who made the proposal"""

    code = "decider_not_independent"
    title_ar = "صلاحيتك طلبها أو منحها أحد مقدمي المقترح"
    kind = Kind.FORBIDDEN


class NotTheProposer(Refusal):
    """Only who entered, changed or submitted it withdraws it"""

    code = "not_the_proposer"
    title_ar = "لا يسحب المقترح إلا من قدمه"
    kind = Kind.FORBIDDEN
