"""The sealed record of what left this machine, and what a person reads off it."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vsr_client.round_events import (
    Connected,
    KeysPublished,
    ModelKept,
    OfferReceived,
    OfferRefused,
    Rejoining,
    ServerLost,
    SharesGiven,
    UpdateSent,
)
from vsr_client.store.database import Database
from vsr_client.store.ledger import Ledger
from vsr_client.together.events import Joined, Left, LetIn, Paused, Started, Stopped, Waiting
from vsr_client.together.membership import Membership, from_kept
from vsr_client.together.privacy import promises, steps_of
from vsr_client.together.record import keeper
from vsr_client.together.rounds import Totals, rows_of, totals
from vsr_client.together.standing import standing
from vsr_shared.federation.events import Event
from vsr_shared.federation.trust import FederationTrust

SERVER = "192.0.2.7:9443"
MEMBER = Membership(
    server=SERVER,
    authority="-----BEGIN…",
    fingerprint="ab" * 32,
    release_key="5e" * 32,
    enrolment_key="e5" * 32,
    organisation="A clinic",
    base="base@1",
    since="2026-11-01T10:00:00+01:00",
    token="70" * 16,
)
OFFER = OfferReceived("f", 3, 3_100_040, 2, {"epochs": 5, "learning_rate": 3e-4}, ["nll_before"])
SENT = UpdateSent("f", 3, 3_099_796, {"update/vector": [774_917]}, "cd" * 32, 2, 4.5, "ef" * 32)
SHARES = SharesGiven("f", 3, 5, 320)
UNKNOWN = Waiting("unknown_node", "the server does not know this machine's key")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Database(tmp_path, os.urandom(32)))


def entries(ledger: Ledger, *events: Event) -> list[dict[str, object]]:
    start = datetime(2026, 11, 1, 10, tzinfo=UTC)
    times = iter(start + timedelta(minutes=minute) for minute in range(100))
    keep = keeper(ledger, lambda: next(times))
    for event in events:
        keep(event)
    return ledger.all()


def test_a_round_is_one_row_with_all_that_left(ledger: Ledger) -> None:
    (row,) = rows_of(entries(ledger, Joined(SERVER, "ab"), Started(SERVER), Connected(SERVER, 7), OFFER, SENT))
    assert (row.kind, row.round, row.federation, row.bytes, row.came) == ("sent", 3, "f", 3_099_796, 3_100_040)
    assert row.arrays == {"update/vector": [774_917]}
    assert row.sha256 == "cd" * 32
    assert row.when == "2026-11-01T10:04:00.000+00:00"


def test_with_how_many_it_was_summed_is_what_this_machine_helped_to_read(ledger: Ledger) -> None:
    (row,) = rows_of(entries(ledger, SENT, SharesGiven("f", 2, 9, 320), SharesGiven("other", 3, 9, 320)))
    assert (row.people, row.shares) == (None, 0), "another round's sum, and another federation's"
    assert row.people_at_least == 2
    (row,) = rows_of(entries(ledger, SHARES, SHARES))
    assert (row.people, row.shares, row.bytes) == (5, 640, SENT.bytes), "asked twice, they left twice"
    assert row.content_sha256 == "ef" * 32


def test_public_keys_count_among_what_left(ledger: Ledger) -> None:
    found = rows_of(entries(ledger, KeysPublished("f", 20, 1_952), SENT, SHARES))
    assert [(row.kind, row.bytes) for row in found] == [("sent", SENT.bytes), ("keys", 1_952)]
    assert totals(found) == Totals(1, SENT.bytes + 320 + 1_952)


def test_refusals_stand_there_with_their_reason_and_send_nothing(ledger: Ledger) -> None:
    found = rows_of(entries(ledger, OFFER, SENT, OfferRefused("round 3 is not newer"), ModelKept("f", 3, 9)))
    assert [row.kind for row in found] == ["model", "refused", "sent"], "newest first"
    model, refused, sent = found
    assert (refused.reason, refused.bytes, refused.arrays) == ("round 3 is not newer", 0, {})
    assert (model.bytes, model.came) == (0, 9)
    assert totals(found).bytes == sent.bytes
    assert totals(found).updates == 1


def test_the_same_trouble_is_kept_once_until_something_else_happens(ledger: Ledger) -> None:
    lost = [ServerLost(SERVER), *(Rejoining("it went away", wait) for wait in (1.0, 2.0, 4.0))]
    found = entries(ledger, UNKNOWN, UNKNOWN, Connected(SERVER, 7), *lost, Connected(SERVER, 7), UNKNOWN, SENT, SENT)
    assert [entry["event"] for entry in found] == [
        "waiting",
        "connected",
        "server_lost",
        "rejoining",
        "connected",
        "waiting",
        "update_sent",
        "update_sent",
    ]


def test_the_record_says_nothing_to_someone_with_the_disk(ledger: Ledger, tmp_path: Path) -> None:
    entries(ledger, Joined(SERVER, "ab" * 32), OFFER, SENT)
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for plain in (SERVER, "update_sent", "cd" * 32, "2026-11-01T10"):
        assert plain.encode() not in found, plain


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "looking"),
        ([Started(SERVER)], "looking"),
        ([LetIn(SERVER, "7" * 16), Started(SERVER)], "looking"),
        ([Started(SERVER), Connected(SERVER, 1)], "connected"),
        ([Started(SERVER), Connected(SERVER, 1), OFFER, SENT], "connected"),
        ([Started(SERVER), Waiting("not_certified", "the operator has yet to")], "uncertified"),
        ([Started(SERVER), UNKNOWN], "not_let_in"),
        ([Started(SERVER), UNKNOWN, Connected(SERVER, 1)], "connected"),
        ([Started(SERVER), Waiting("server_unreachable", "nothing answers")], "unreachable"),
        ([Started(SERVER), Waiting("nothing_taught", "label one")], "nothing_taught"),
        ([Started(SERVER), Connected(SERVER, 1), ServerLost(SERVER)], "lost"),
        ([Started(SERVER), Stopped("untrusted_server", "somebody else answers")], "stopped"),
        ([Started(SERVER), UNKNOWN, Stopped("revoked_machine", "the operator took it out")], "stopped"),
    ],
)
def test_how_it_stands_is_read_off_the_record(ledger: Ledger, events: list[Event], state: str) -> None:
    earlier = [Joined("other:1", "cd"), Connected("other:1", 4), Left("other:1", model_deleted=False)]
    found = standing(MEMBER, entries(ledger, *earlier, Joined(SERVER, "ab"), *events), running=True)
    assert found.state == state


def test_out_paused_and_not_running(ledger: Ledger) -> None:
    kept = entries(ledger, Joined(SERVER, "ab"), Connected(SERVER, 1), Paused())
    assert standing(None, kept, running=False).state == "out"
    assert standing(replace(MEMBER, paused=True), kept, running=False).state == "paused"
    assert standing(MEMBER, kept, running=False).state == "stopped", "a worker that died must not look connected"


def test_a_membership_is_kept_whole_or_is_none() -> None:
    assert from_kept(MEMBER.to_kept()) == MEMBER
    assert from_kept(None) is None
    before_keys_were_pinned = {"server": SERVER, "authority": "-----BEGIN…", "fingerprint": "ab" * 32}
    assert from_kept(before_keys_were_pinned) is None, "by it nobody could be trusted"
    assert MEMBER.trust == FederationTrust(bytes.fromhex("5e" * 32), bytes.fromhex("e5" * 32))
    assert MEMBER.token not in repr(MEMBER)


def test_what_is_promised_says_what_is_open_last_and_no_more_than_is_asked_for() -> None:
    bare = promises(4, noise=False)
    assert {promise.id for promise in bare if not promise.kept} == {"noise"}
    assert not bare[-1].kept
    assert "at least 4 people" in next(promise.text for promise in bare if promise.id == "sum_only")
    assert all(promise.kept for promise in promises(4, noise=True))
    assert steps_of(noise=False) == ("secure sum",)
    assert steps_of(noise=True) == ("noise", "secure sum"), "noise goes in before the masks"
