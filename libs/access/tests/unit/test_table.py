"""The access table: what it says, how it is read, and what follows from it."""

from __future__ import annotations

import pytest

from broker_access.connection import Kafka, NoLogin
from broker_access.keeper import Wanted
from broker_access.table import Entry, Table, WrongTable, rights


@pytest.mark.parametrize("writer", ["card", "supply", "health"])
def test_only_notify_reads_contacts_and_only_their_service_writes_them(writer: str) -> None:
    topic = f"{writer}.contacts.v1"
    about = {entry for entry in Table.of_system().entries if entry.name == topic}
    assert about == {Entry(writer, "write", topic), Entry("notify", "read", topic)}


def test_each_topic_has_one_writer_and_each_group_one_member() -> None:
    table = Table.of_system()
    for right, names in (("write", table.event_topics), ("group", [f"{user}-service" for user in table.users])):
        for name in names:
            holders = [entry.user for entry in table.entries if (entry.right, entry.name) == (right, name)]
            assert holders == [name.replace("-", ".").split(".")[0]]


def test_nobody_reads_dead_letters_or_writes_any_but_those_of_what_it_reads() -> None:
    entries = Table.of_system().entries
    dead = {entry for entry in entries if entry.name.endswith(".dead")}
    assert {entry.right for entry in dead} == {"write"}
    read = {Entry(entry.user, "write", f"{entry.name}.dead") for entry in entries if entry.right == "read"}
    assert dead == read


def test_a_table_reads_what_it_wrote() -> None:
    table = Table(frozenset(rights("card", ["card.events.v1"], ["notify.events.v1"])))
    assert Table.parse("# remark\n\n" + table.render()) == table
    assert table.users == ["card"]
    assert table.event_topics == ["card.events.v1"]


@pytest.mark.parametrize("line", ["card write", "card delete card.events.v1", "card write a b"])
def test_a_line_that_says_nothing_known_is_refused(line: str) -> None:
    with pytest.raises(WrongTable, match="card"):
        Table.parse(line)


def test_systems_that_share_a_cluster_have_users_of_their_own() -> None:
    table = Table(frozenset(rights("card", ["card.events.v1"], [])))
    wanted = Wanted.of(table, {"card": "secret"}, prefix="south.", partitions=3, retention_hours=10)
    assert wanted.entries == {
        Entry("south.card", "write", "south.card.events.v1"),
        Entry("south.card", "group", "south.card-service"),
    }
    assert wanted.passwords == {"south.card": "secret"}
    assert [(topic.name, topic.partitions, topic.retention_hours) for topic in wanted.topics] == [
        ("south.card.events.v1", 3, 10),
        ("south.card.events.v1.dead", 1, 40),
    ]


def test_a_login_is_whole_or_there_is_none() -> None:
    for user, password in ((None, "secret"), ("card", None), ("card", "")):
        with pytest.raises(NoLogin, match="UNICARD_KAFKA_PASSWORD"):
            Kafka("host:9092", user, password, "sasl_plaintext")
    assert "secret" not in repr(Kafka("host:9092", "card", "secret", "sasl_plaintext"))
    environment = {"UNICARD_KAFKA_SECURITY": "sasl", "UNICARD_KAFKA_USER": "card"}
    with pytest.raises(ValueError, match="plaintext, sasl_plaintext, sasl_ssl"):
        Kafka.of_environment("host:9092", environment)
