"""What a machine says once to be let in: every part bounded, both keys proved, nothing else believed."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.errors import FederationError
from vsr_shared.federation.enrolment import (
    MAX_BYTES,
    Enrolled,
    EnrolmentRequest,
    enrolled_from_json,
    make_request,
    proves,
    request_from_json,
)

FINGERPRINT = "5e" * 32
FORM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo


def request(token: bytes = bytes(16)) -> EnrolmentRequest:
    identity = Ed25519PrivateKey.generate()
    node = ec.generate_private_key(ec.SECP384R1())
    return make_request(FINGERPRINT, token, node, identity.public_key().public_bytes_raw(), identity.sign)


ASKED = request()


def test_it_travels_whole_and_is_small() -> None:
    text = json.dumps(ASKED.to_json()).encode()
    assert len(text) < MAX_BYTES / 3
    assert request_from_json(text) == ASKED
    assert proves(ASKED, FINGERPRINT)
    assert "00" * 16 not in repr(ASKED), "the token is not shown by accident"


def test_the_proofs_hold_for_one_server_one_token_and_these_two_keys() -> None:
    other = request()
    assert not proves(ASKED, "5f" * 32)
    for part in ("node_key", "identity", "node_proof", "identity_proof"):
        assert not proves(replace(ASKED, **{part: getattr(other, part)}), FINGERPRINT), part
    assert not proves(replace(ASKED, token=bytes(15) + b"1"), FINGERPRINT)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP521R1()])
def test_other_kinds_of_keys_are_refused(curve: ec.EllipticCurve) -> None:
    pem = ec.generate_private_key(curve).public_key().public_bytes(*FORM).decode()
    with pytest.raises(FederationError, match="not a public P-384 key"):
        replace(ASKED, node_key=pem)


def test_one_key_has_one_text() -> None:
    """Threat: the same key in two spellings is two machines."""
    for spelling in (ASKED.node_key + "\n", ASKED.node_key.strip(), "x\n" + ASKED.node_key, "x" * 10_000):
        with pytest.raises(FederationError, match="not a public P-384 key"):
            replace(ASKED, node_key=spelling)


def test_parts_have_their_length() -> None:
    for part, value in (("token", b""), ("identity", bytes(31)), ("identity_proof", bytes(63)), ("node_proof", b"")):
        with pytest.raises(FederationError, match="another length"):
            replace(ASKED, **{part: value})
    with pytest.raises(FederationError):
        Enrolled("0" * 15, bytes(64))
    with pytest.raises(FederationError):
        Enrolled("0" * 16, bytes(63))
    assert enrolled_from_json(json.dumps(Enrolled("0" * 16, b"").to_json()).encode()).certificate == b""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_a_stranger_sends_ends_in_words(data: st.DataObject) -> None:
    whole: dict[str, object] = dict(ASKED.to_json())
    for name in data.draw(st.lists(st.sampled_from(sorted(whole)), max_size=3)):
        whole[name] = data.draw(JSON | st.text(alphabet="0123456789abcdef", max_size=140))
    sent = data.draw(st.sampled_from([json.dumps(whole).encode(), data.draw(st.binary(max_size=200))]))
    for read in (request_from_json, enrolled_from_json):
        try:
            found = read(sent)
        except FederationError as refused:
            assert str(refused)
        else:
            assert found == ASKED or not proves(found, FINGERPRINT)  # type: ignore[arg-type]


def test_nothing_beyond_its_length_is_looked_at() -> None:
    with pytest.raises(FederationError, match="larger than"):
        request_from_json(b"[" * (MAX_BYTES + 1))
