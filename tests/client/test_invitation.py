"""An invitation: what it carries, and everything that is refused with a reason a person can use."""

import base64
import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_server.enrolment.certificates import CertificateFiles, make_certificates
from vsr_server.enrolment.invite import grouped
from vsr_shared.errors import BadInvitation, UsageError
from vsr_shared.federation.invitation import MAX_CHARACTERS, Invitation, der_of, parse_invitation
from vsr_shared.federation.trust import FederationTrust

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
UNTIL = int(LATER.timestamp())
RELEASE = Ed25519PrivateKey.generate()
ENROLMENT = Ed25519PrivateKey.generate()
TRUST = FederationTrust(RELEASE.public_key().public_bytes_raw(), ENROLMENT.public_key().public_bytes_raw())
TOKEN = secrets.token_bytes(16)
PREFIX = "vsr-invitation:2:"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return make_certificates(tmp_path_factory.mktemp("server") / "certificates", NOW)


@pytest.fixture(scope="module")
def invitation(files: CertificateFiles) -> Invitation:
    return Invitation("192.0.2.7:9443", der_of(files.authority.read_bytes()), TRUST, TOKEN, UNTIL, "vsr-base@1")


def other(invitation: Invitation, **parts: object) -> Invitation:
    return Invitation(**{**vars_of(invitation), **parts})  # type: ignore[arg-type]


def vars_of(invitation: Invitation) -> dict[str, object]:
    names = "server", "authority", "trust", "token", "expires", "base"
    return {name: getattr(invitation, name) for name in names}


def signed_line(body: bytes, key: Ed25519PrivateKey = RELEASE) -> str:
    """A line that somebody with `key` made of anything."""
    return PREFIX + base64.urlsafe_b64encode(body + key.sign(PREFIX.encode() + body)).decode().rstrip("=")


def body_with(header: bytes, invitation: Invitation) -> bytes:
    keys = TOKEN + TRUST.release_key + TRUST.enrolment_key
    return len(header).to_bytes(2, "big") + header + keys + invitation.authority


def test_what_goes_in_comes_out(invitation: Invitation, files: CertificateFiles) -> None:
    line = invitation.to_text(RELEASE)
    assert line.startswith(PREFIX)
    assert not set(line) & set(" \n\"'")
    assert len(line) < 1_100, "it must fit into a message and a QR code"
    found = parse_invitation(line)
    assert found == invitation
    assert (found.server, found.base, found.expires) == ("192.0.2.7:9443", "vsr-base@1", LATER.timestamp())
    assert (found.token, found.trust) == (TOKEN, TRUST)
    assert found.authority_pem == files.authority.read_text()


def test_the_token_is_not_shown_by_accident(invitation: Invitation) -> None:
    assert TOKEN.hex() not in repr(invitation)
    assert str(TOKEN) not in repr(invitation)


def test_one_fingerprint_is_over_everything_that_is_trusted(invitation: Invitation, files: CertificateFiles) -> None:
    certificate = x509.load_pem_x509_certificate(files.authority.read_bytes())
    der = certificate.public_bytes(serialization.Encoding.DER)
    expected = hashlib.sha256(der + TRUST.release_key + TRUST.enrolment_key).hexdigest()
    assert invitation.fingerprint == expected
    assert grouped(invitation.fingerprint).replace(" ", "") == expected
    for release, enrolment in ((bytes(32), TRUST.enrolment_key), (TRUST.release_key, bytes(32))):
        assert other(invitation, trust=FederationTrust(release, enrolment)).fingerprint != expected
    assert invitation.organisation == "VSR federation authority"
    assert invitation.authority_until == certificate.not_valid_after_utc.timestamp()


def test_mail_and_messengers_may_wrap_and_quote_it(invitation: Invitation) -> None:
    line = invitation.to_text(RELEASE)
    wrapped = "\n".join(line[start : start + 64] for start in range(0, len(line), 64))
    for seen in (f"  {line}\n", f"<{line}>", f'"{line}"', wrapped, line[:40] + "\u200b" + line[40:]):
        assert parse_invitation(seen) == invitation


def test_a_cut_or_mistyped_line_says_so(invitation: Invitation) -> None:
    line = invitation.to_text(RELEASE)
    changed = "A" if line[100] != "A" else "B"
    for damaged in (
        line[:-5],
        line[:40],
        line[:100] + changed + line[101:],
        line + "AAAA",
        line[:60] + "!" + line[60:],
    ):
        with pytest.raises(BadInvitation, match="damaged or cut short; copy the whole line"):
            parse_invitation(damaged)


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 0.999), letter=st.sampled_from("AZaz09-_"))
def test_no_letter_of_it_can_be_changed(invitation: Invitation, place: float, letter: str) -> None:
    """Threat: somebody on the way puts another server, key or date into it."""
    line = invitation.to_text(RELEASE)
    # The last letter carries bits that mean nothing; what it says stays the same.
    at = len(PREFIX) + int(place * (len(line) - len(PREFIX) - 1))
    changed = line[:at] + letter + line[at + 1 :]
    if changed != line:
        with pytest.raises(BadInvitation, match="damaged"):
            parse_invitation(changed)


def test_it_is_signed_by_the_key_that_it_names(invitation: Invitation) -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(UsageError, match="signed by the release key"):
        invitation.to_text(stranger)
    header = json.dumps({"server": "evil.example:1", "expires": 4_000_000_000, "base": ""}).encode()
    with pytest.raises(BadInvitation, match="damaged"):
        parse_invitation(signed_line(body_with(header, invitation), stranger))


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/join", "vsr-invitation", "vsr-invitation:x:AA"])
def test_what_is_no_invitation_is_called_so(text: str) -> None:
    with pytest.raises(BadInvitation, match="not an invitation"):
        parse_invitation(text)


def test_other_formats_are_told_apart(invitation: Invitation) -> None:
    line = invitation.to_text(RELEASE)
    with pytest.raises(BadInvitation, match="of format 3, this VSR reads 2; update VSR"):
        parse_invitation(line.replace(":2:", ":3:"))
    with pytest.raises(BadInvitation, match="of format 1, which is no longer used; ask the operator for a new one"):
        parse_invitation(line.replace(":2:", ":1:"))


def test_nothing_beyond_its_length_is_looked_at() -> None:
    for size in (MAX_CHARACTERS + 1, 10_000_000):
        with pytest.raises(BadInvitation, match="longer than any"):
            parse_invitation(PREFIX + "A" * size)


def test_it_ends_with_its_own_expiry_or_the_certificates(invitation: Invitation) -> None:
    invitation.check_time(LATER.timestamp() - 1)
    with pytest.raises(BadInvitation, match="has expired; ask the operator for a new one"):
        invitation.check_time(LATER.timestamp() + 1)
    longer = other(invitation, expires=4_000_000_000)
    with pytest.raises(BadInvitation, match="expired"):
        longer.check_time(longer.authority_until + 1)


def test_a_clock_that_is_behind_is_called_so(invitation: Invitation) -> None:
    with pytest.raises(BadInvitation, match="this machine's clock is behind"):
        invitation.check_time((NOW - timedelta(days=2)).timestamp())


@pytest.mark.parametrize("server", ["", "nowhere", "host:0", "host:99999", "user@host:1", "a b:1", "h" * 300 + ":1"])
def test_an_address_that_is_none_is_refused(invitation: Invitation, server: str) -> None:
    with pytest.raises(BadInvitation):
        other(invitation, server=server)


def test_keys_and_tokens_have_their_length(invitation: Invitation) -> None:
    with pytest.raises(BadInvitation, match="token is not one"):
        other(invitation, token=b"short")
    with pytest.raises(UsageError, match="32 bytes each"):
        FederationTrust(TRUST.release_key, b"short")


def test_a_certificate_that_vouches_for_nobody_is_refused(files: CertificateFiles, invitation: Invitation) -> None:
    """Trusting a server's own certificate, or a leaf of anybody's, is not what joining means."""
    with pytest.raises(BadInvitation, match="does not vouch"):
        Invitation("host:1", der_of(files.certificate.read_bytes()), TRUST, TOKEN, UNTIL)
    with pytest.raises(BadInvitation, match="no certificate"):
        other(invitation, authority=b"not DER")
    with pytest.raises(BadInvitation, match="larger than any"):
        other(invitation, authority=b"\x30" * 5_000)


def test_parts_that_nobody_knows_are_refused(invitation: Invitation) -> None:
    header = {"server": invitation.server, "expires": invitation.expires, "base": ""}
    for wrong in ({"token": "x"}, {"expires": "soon"}, {"expires": True}, {"server": 7}, {"base": None}):
        text = json.dumps(header | wrong).encode()
        with pytest.raises(BadInvitation, match="what VSR does not know"):
            parse_invitation(signed_line(body_with(text, invitation)))
    for lacking in (b"", b"[]", b"7", b"[" * 5_000, b'{"server": "h:1"}', b"\xff"):
        with pytest.raises(BadInvitation, match="lacks a part"):
            parse_invitation(signed_line(body_with(lacking, invitation)))


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=700))
def test_whatever_a_stranger_signs_ends_in_words(body: bytes) -> None:
    """Threat: a line that somebody made with a key of their own. It is an invitation, or it is refused."""
    keys = body[:30] + bytes(16) + TRUST.release_key
    for made in (body, (30).to_bytes(2, "big") + keys.rjust(78, b"{") + body):
        with pytest.raises(BadInvitation):
            parse_invitation(signed_line(made))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_certificate_is_whole_or_refused(files: CertificateFiles, data: st.DataObject) -> None:
    """Threat: a line made by a stranger. Whatever it holds ends in an invitation that can be shown, or a refusal."""
    certificate = x509.load_pem_x509_certificate(files.authority.read_bytes())
    der = bytearray(certificate.public_bytes(serialization.Encoding.DER))
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=4)):
        der[place] = data.draw(st.integers(0, 255))
    try:
        found = Invitation("host:1", bytes(der), TRUST, TOKEN, 2_000_000_000)
    except BadInvitation:
        return
    assert parse_invitation(found.to_text(RELEASE)) == found
    assert found.organisation.isprintable()
    assert found.authority_pem.startswith("-----BEGIN CERTIFICATE-----")
    try:
        found.check_time(NOW.timestamp())
    except BadInvitation as refused:
        assert "clock" in str(refused)
