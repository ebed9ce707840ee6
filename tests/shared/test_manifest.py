"""A signed manifest says one thing, in one form, under one key."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.errors import UntrustedModel
from vsr_shared.federation.manifest import MAX_BYTES, Manifest, SignedManifest, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"release key for a test, 32 bytes")
PUBLIC = KEY.public_key().public_bytes_raw()
WHOLE = Manifest("f00", 12, "base-1", 9, "a" * 64, 1_790_000_000, 11, {"nll": 0.25, "uar": 0.5}, "the ninth, “gut”")


def manifest(**changes: object) -> Manifest:
    return Manifest(**(vars(WHOLE) | changes))  # type: ignore[arg-type]


def signed_by_hand(text: bytes) -> SignedManifest:
    return SignedManifest(text, KEY.sign(b"vsr model manifest\0" + text))


def test_what_was_signed_is_what_is_read() -> None:
    assert verify(sign(WHOLE, KEY), PUBLIC) == WHOLE


def test_the_text_does_not_depend_on_any_order() -> None:
    assert manifest(figures={"uar": 0.5, "nll": 0.25}).to_text() == WHOLE.to_text()


names = st.from_regex(r"[\w.@:/+-]{1,20}", fullmatch=True).filter(str.isascii)


@given(
    federation=names,
    version=st.integers(1, 10**9),
    figures=st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False), max_size=5),
    note=st.text(max_size=100),
)
@settings(max_examples=50)
def test_every_manifest_comes_back(federation: str, version: int, figures: dict[str, float], note: str) -> None:
    whole = manifest(federation=federation, version=version, parent=version - 1, figures=figures, note=note)
    assert verify(sign(whole, KEY), PUBLIC) == whole


def test_another_keys_signature_is_refused() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(UntrustedModel, match="not signed by the release key"):
        verify(sign(WHOLE, other), PUBLIC)


def test_any_changed_byte_is_refused() -> None:
    whole = sign(WHOLE, KEY)
    for place in range(0, len(whole.text), 7):
        changed = bytearray(whole.text)
        changed[place] ^= 1
        with pytest.raises(UntrustedModel, match="not signed by the release key"):
            verify(SignedManifest(bytes(changed), whole.signature), PUBLIC)
    for place in range(0, 64, 9):
        changed = bytearray(whole.signature)
        changed[place] ^= 1
        with pytest.raises(UntrustedModel, match="not signed by the release key"):
            verify(SignedManifest(whole.text, bytes(changed)), PUBLIC)


def test_a_signature_over_something_else_is_none() -> None:
    bare = SignedManifest(WHOLE.to_text(), KEY.sign(WHOLE.to_text()))
    with pytest.raises(UntrustedModel, match="not signed by the release key"):
        verify(bare, PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 5_000,
        json.dumps(json.loads(WHOLE.to_text()), sort_keys=True).encode(),
        WHOLE.to_text().replace(b'"round":9', b'"round":9,"round":9'),
        WHOLE.to_text().replace(b'"round":9', b'"round":9.0'),
        WHOLE.to_text().replace(b'"round":9', b'"round":true'),
        WHOLE.to_text().replace(b'"round":9', b'"round":' + b"9" * 6_000),
        WHOLE.to_text().replace(b'"round":9,', b""),
        WHOLE.to_text().replace(b'"round":9', b'"round":9,"secret":1'),
        WHOLE.to_text().replace(b'"format":1', b'"format":2'),
        WHOLE.to_text().replace(b"0.25", b"NaN"),
        WHOLE.to_text().replace(b"0.25", b"1e999"),
    ],
)
def test_a_signed_text_in_any_other_form_is_refused(text: bytes) -> None:
    with pytest.raises(UntrustedModel):
        verify(signed_by_hand(text), PUBLIC)


@pytest.mark.parametrize(
    "impossible",
    [
        {"federation": ""},
        {"federation": "two\nlines"},
        {"base": "x" * 201},
        {"version": 0},
        {"version": 10**9 + 1},
        {"parent": 12},
        {"parent": -1},
        {"round": -1},
        {"round": True},
        {"created": -1},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"note": "x" * 501},
        {"figures": {"nll": float("nan")}},
        {"figures": {"nll": "low"}},
        {"figures": {"two words": 1.0}},
        {"figures": {f"f{number}": 0.0 for number in range(65)}},
    ],
)
def test_an_impossible_manifest_is_not_made(impossible: dict[str, object]) -> None:
    with pytest.raises(UntrustedModel):
        manifest(**impossible)


def test_sizes_are_looked_at_first() -> None:
    with pytest.raises(UntrustedModel, match="possible size"):
        SignedManifest(b"x" * (MAX_BYTES + 1), bytes(64))
    with pytest.raises(UntrustedModel, match="possible size"):
        SignedManifest(b"x", bytes(63))
