"""What the roll-out refuses."""

from __future__ import annotations

from card_service.rollout.phases import PhaseState, Step
from chassis.problems import Conflict, NotFound


class PhaseNotFound(NotFound):
    """There is no such roll-out phase, or it is not yours"""

    code = "phase_not_found"
    title_ar = "مرحلة التطبيق غير موجودة"


class PhaseExists(Conflict):
    """A phase of this name, or of this number in the governorate, exists"""

    code = "phase_exists"
    title_ar = "توجد مرحلة بهذا الاسم أو الترتيب"


class PhaseStateConflict(Conflict):
    """The state of the phase does not allow this"""

    code = "phase_state_conflict"
    title_ar = "حالة مرحلة التطبيق لا تسمح بهذا الإجراء"

    @classmethod
    def of(cls, state: PhaseState, step: Step) -> PhaseStateConflict:
        """Say the state."""
        return cls(
            f"The phase is {state}; {step} is not possible.",
            detail_ar="راجع حالة مرحلة التطبيق.",
            state=str(state),
        )


class ActivationNotFound(NotFound):
    """There is no such activation, or it is not yours"""

    code = "activation_not_found"
    title_ar = "عملية التفعيل غير موجودة"


class ActivationUnderWay(Conflict):
    """An activation of this phase is under way"""

    code = "activation_under_way"
    title_ar = "توجد عملية تفعيل قيد التنفيذ لهذه المرحلة"


class ServiceNotInPhase(Conflict):
    """The phase does not bring this service"""

    code = "service_not_in_phase"
    title_ar = "الخدمة غير مدرجة في هذه المرحلة"
