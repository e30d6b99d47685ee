"""What the roll-out refuses."""

from __future__ import annotations

from card_service.rollout.phases import PhaseState, Step
from card_service.rollout.stages import Stage
from chassis.problems import Conflict, InvalidRequest, NotFound


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


class PhaseNotOpened(Conflict):
    """The phase was not opened by a decision"""

    code = "phase_not_opened"
    title_ar = "لم يصدر قرار ببدء هذه المرحلة"


class PhaseOpened(Conflict):
    """The phase was opened by a decision already"""

    code = "phase_opened"
    title_ar = "صدر قرار ببدء هذه المرحلة من قبل"


class GovernorateNotInSequence(Conflict):
    """No policy gives this governorate a place in the sequence"""

    code = "governorate_not_in_sequence"
    title_ar = "المحافظة غير مدرجة في ترتيب التطبيق"


class DecisionInFuture(InvalidRequest):
    """A decision is recorded once its day has come"""

    code = "decision_in_future"
    title_ar = "تاريخ القرار لم يأت بعد"


class StageNotReached(Conflict):
    """The phase has not reached the stage in which this is done"""

    code = "stage_not_reached"
    title_ar = "المرحلة لم تصل إلى الخطوة التي تسمح بهذا الإجراء"

    @classmethod
    def of(cls, stage: Stage, needed: Stage) -> StageNotReached:
        """Say both stages."""
        return cls(
            f"The phase is at {stage}; this is done from {needed} on.",
            detail_ar="راجع شروط الانتقال إلى الخطوة التالية.",
            stage=str(stage),
            needed=str(needed),
        )


class StageNotNext(Conflict):
    """A phase moves to the stage that follows its own, and to no other"""

    code = "stage_not_next"
    title_ar = "تنتقل المرحلة إلى الخطوة التالية لها فقط"


class PhasePaused(Conflict):
    """The phase is paused"""

    code = "phase_paused"
    title_ar = "المرحلة متوقفة مؤقتاً"


class GateNotMet(Conflict):
    """The conditions for the next stage are not met"""

    code = "gate_not_met"
    title_ar = "شروط الانتقال إلى الخطوة التالية غير مستوفاة"


class GatePassed(Conflict):
    """This gate was passed by a decision already"""

    code = "gate_passed"
    title_ar = "صدر قرار بتجاوز شروط هذه الخطوة من قبل"


class ActivationNotFound(NotFound):
    """There is no such activation, or it is not yours"""

    code = "activation_not_found"
    title_ar = "عملية التفعيل غير موجودة"


class ActivationUnderWay(Conflict):
    """An activation of this phase is under way"""

    code = "activation_under_way"
    title_ar = "توجد عملية تفعيل قيد التنفيذ لهذه المرحلة"


class ActivationNotOver(Conflict):
    """An activation is taken back once it is over"""

    code = "activation_not_over"
    title_ar = "عملية التفعيل لم تنته بعد"


class ActivationTaken(Conflict):
    """This activation is taken back already"""

    code = "activation_taken_back"
    title_ar = "تم إلغاء عملية التفعيل هذه من قبل"


class ServiceNotInPhase(Conflict):
    """The phase does not bring this service"""

    code = "service_not_in_phase"
    title_ar = "الخدمة غير مدرجة في هذه المرحلة"
