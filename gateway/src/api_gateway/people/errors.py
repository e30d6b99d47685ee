"""Refusals of the register of people and of their roles."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound


class PersonUnknown(NotFound):
    """There is no such person, or they are not of the caller's authority and area"""

    code = "person_unknown"
    title_ar = "لا يوجد مستخدم بهذا الرقم"


class PersonExists(Conflict):
    """This human is known already"""

    code = "person_exists"
    title_ar = "هذا الشخص مسجل بالفعل"


class SignInNameTaken(Conflict):
    """Somebody else signs in by this name"""

    code = "sign_in_name_taken"
    title_ar = "اسم الدخول مستخدم"


class OwnPerson(Forbidden):
    """Nobody does this to themselves"""

    code = "own_person"
    title_ar = "لا يمكن للشخص أن يفعل ذلك لنفسه"


class PersonState(Conflict):
    """The person's state does not allow this"""

    code = "person_state"
    title_ar = "حالة المستخدم لا تسمح بهذا الإجراء"


class NationalIdRefused(InvalidRequest):
    """This is no national id"""

    code = "national_id_refused"
    title_ar = "الرقم القومي غير صحيح"


class MobileRefused(InvalidRequest):
    """This is no Egyptian mobile number"""

    code = "mobile_refused"
    title_ar = "رقم المحمول غير صحيح"


class GrantUnknown(NotFound):
    """There is no such grant, or it is not of the caller's authority and area"""

    code = "role_grant_unknown"
    title_ar = "لا توجد صلاحية بهذا الرقم"


class GrantState(Conflict):
    """The grant's state does not allow this"""

    code = "role_grant_state"
    title_ar = "حالة الصلاحية لا تسمح بهذا الإجراء"


class GrantExists(Conflict):
    """The person has this role there already, or it is asked for"""

    code = "role_grant_exists"
    title_ar = "الصلاحية ممنوحة أو مطلوبة بالفعل"


class RoleUnknown(InvalidRequest):
    """There is no such role"""

    code = "role_unknown"
    title_ar = "دور غير معروف"


class RoleHeldElsewhere(InvalidRequest):
    """This role is not held in such an area or authority"""

    code = "role_held_elsewhere"
    title_ar = "هذا الدور لا يُمنح في هذا النطاق أو هذه الجهة"


class RoleNotYoursToGrant(Forbidden):
    """The caller's own role does not grant this one"""

    code = "role_not_yours_to_grant"
    title_ar = "ليس من صلاحيتك منح هذا الدور"


class GrantBeyondOwnArea(Forbidden):
    """Nobody grants beyond their own authority and area"""

    code = "grant_beyond_own_area"
    title_ar = "لا يمكن منح صلاحية خارج نطاقك أو جهتك"


class SameHand(Forbidden):
    """Whoever asked for a role, or is to hold it, does not decide on it"""

    code = "role_grant_same_hand"
    title_ar = "لا يجوز لمن طلب الصلاحية أو لصاحبها أن يبت فيها"


class RolesConflict(Conflict):
    """One human does not hold these two roles together"""

    code = "roles_conflict"
    title_ar = "لا يجوز لشخص واحد الجمع بين هذين الدورين"


class AuthorityUnknown(NotFound):
    """There is no such authority, or it is not under the caller's"""

    code = "authority_unknown"
    title_ar = "لا توجد جهة بهذا الاسم"


class AuthorityExists(Conflict):
    """An authority of this id exists already"""

    code = "authority_exists"
    title_ar = "الجهة مسجلة بالفعل"


class AreaUnknown(InvalidRequest):
    """There is no such area"""

    code = "area_unknown"
    title_ar = "لا يوجد نطاق بهذا الرمز"
