"""Kafka's administration of users and access lists on the wire: the requests that aiokafka's own client has not.

Names, numbers and fields are those of the protocol guide (https://kafka.apache.org/protocol, keys 29 to 31, 50, 51).
"""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DescribeAclsRequest_v1
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

# org.apache.kafka.common.resource.ResourceType, …acl.AclOperation, …acl.AclPermissionType, …resource.PatternType
ANY = 1
TOPIC, GROUP = 2, 3
READ, WRITE = 3, 4
ALLOW = 3
LITERAL = 3
# org.apache.kafka.clients.admin.ScramMechanism
SCRAM_SHA_512 = 2
# org.apache.kafka.common.protocol.Errors
RESOURCE_NOT_FOUND = 91

_TEXT = CompactString("utf-8")


class _Built(Request[RequestStruct]):
    """A request of one version whose fields are ready."""

    API_KEY = -1
    STRUCT: type[RequestStruct]

    def __init__(self, *fields: object) -> None:
        self._fields = fields

    def __init_subclass__(cls) -> None:
        cls._CLASSES = (cls.STRUCT,)
        cls.API_KEY = cls.STRUCT.API_KEY

    def build(self, request_struct_class: type[RequestStruct]) -> RequestStruct:
        """The fields in the form of the version agreed on."""
        return request_struct_class(*self._fields)


class DescribeUsersResponse(Response):
    """Users with their credentials' kinds, never the credentials."""

    API_KEY = 50
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("error_message", _TEXT),
        (
            "results",
            CompactArray(
                ("user", _TEXT),
                ("error_code", Int16),
                ("error_message", _TEXT),
                (
                    "credential_infos",
                    CompactArray(("mechanism", Int8), ("iterations", Int32), ("tags", TaggedFields)),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class DescribeUsersRequest(RequestStruct):
    """DescribeUserScramCredentials, version 0."""

    FLEXIBLE_VERSION = True
    API_KEY = 50
    API_VERSION = 0
    RESPONSE_TYPE = DescribeUsersResponse
    SCHEMA = Schema(("users", CompactArray(("name", _TEXT), ("tags", TaggedFields))), ("tags", TaggedFields))


class AlterUsersResponse(Response):
    """What became of each user."""

    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(("user", _TEXT), ("error_code", Int16), ("error_message", _TEXT), ("tags", TaggedFields)),
        ),
        ("tags", TaggedFields),
    )


class AlterUsersRequest(RequestStruct):
    """AlterUserScramCredentials, version 0."""

    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = AlterUsersResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", _TEXT), ("mechanism", Int8), ("tags", TaggedFields))),
        (
            "upsertions",
            CompactArray(
                ("name", _TEXT),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _DescribeUsers(_Built):
    STRUCT = DescribeUsersRequest


class _AlterUsers(_Built):
    STRUCT = AlterUsersRequest


class _DescribeAcls(_Built):
    STRUCT = DescribeAclsRequest_v1


class _CreateAcls(_Built):
    STRUCT = CreateAclsRequest_v1


class _DeleteAcls(_Built):
    STRUCT = DeleteAclsRequest_v1


# resource type, resource name, pattern type, principal, host, operation, permission
Acl = tuple[int, str, int, str, str, int, int]
# name, mechanism, iterations, salt, salted password
Credential = tuple[str, int, int, bytes, bytes]


def describe_users() -> object:
    """Ask for all users."""
    return _DescribeUsers(None, {})


def alter_users(deletions: Sequence[str], upsertions: Sequence[Credential]) -> object:
    """Remove users and enter or replace others."""
    return _AlterUsers([(name, SCRAM_SHA_512, {}) for name in deletions], [(*one, {}) for one in upsertions], {})


def describe_acls() -> object:
    """Ask for all entries of the access lists."""
    return _DescribeAcls(ANY, None, ANY, None, None, ANY, ANY)


def create_acls(entries: Sequence[Acl]) -> object:
    """Enter entries; one that exists stays."""
    return _CreateAcls(list(entries))


def delete_acls(entries: Sequence[Acl]) -> object:
    """Remove entries."""
    return _DeleteAcls(list(entries))
