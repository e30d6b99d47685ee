"""Why an operation is refused for want of a holder's proof. A code means one thing in every service."""

from __future__ import annotations

from chassis.refusals import Refusal


class HolderProofRequired(Refusal):
    """The card's holder has to prove being there"""

    code = "holder_proof_required"
    title_ar = "مطلوب إثبات حضور صاحب الكارت"


class HolderProofInvalid(Refusal):
    """The holder's proof does not permit this"""

    code = "holder_proof_invalid"
    title_ar = "إثبات حضور صاحب الكارت لا يسمح بهذه العملية"


class HolderProofExpired(Refusal):
    """The holder's proof is over"""

    code = "holder_proof_expired"
    title_ar = "انتهت مدة إثبات حضور صاحب الكارت"


class HolderProofUsed(Refusal):
    """The holder's proof has permitted another operation"""

    code = "holder_proof_used"
    title_ar = "سبق استخدام إثبات حضور صاحب الكارت في عملية أخرى"


class HolderProofUnverifiable(Refusal):
    """Holder's proofs cannot be checked at this moment"""

    code = "holder_proof_unverifiable"
    title_ar = "لا يمكن التحقق من إثبات حضور صاحب الكارت الآن"
    retry_after = 5


def required() -> HolderProofRequired:
    """The refusal of an operation that came without a proof."""
    return HolderProofRequired(
        "Send the proof of the card's holder.", detail_ar="اطلب الرقم السري أو رمز الرسالة القصيرة من صاحب الكارت"
    )


REFUSALS = (HolderProofUnverifiable, HolderProofInvalid, HolderProofExpired, HolderProofUsed, HolderProofRequired)
