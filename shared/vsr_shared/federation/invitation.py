"""An invitation: one line of text by which a person finds a server, knows it again and is let in, once.

    vsr-invitation:2:<base64url of: length of the header, header, token, release key, enrolment key, certificate,
                      signature>

    header          JSON: server, expires, base
    token           16 random bytes, good for one machine
    release key     Ed25519, 32 bytes: signs the common model, and this line
    enrolment key   Ed25519, 32 bytes: certifies who may stand in secure sums
    certificate     of the authority that vouches for the server, DER
    signature       Ed25519, 64 bytes: the release key over the line's beginning and everything before

The signature finds a line that was cut, mistyped or changed by somebody without the release key. Whoever makes a whole
line of their own signs it with a key of their own: a person compares the fingerprint, which is over everything that
they are about to trust, with the one that the operator tells them on another way.
"""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from vsr_shared.errors import BadInvitation, UsageError
from vsr_shared.federation.address import parse_address
from vsr_shared.federation.trust import KEY_BYTES, FederationTrust
from vsr_shared.secure_sum.enrolment import SIGNATURE_BYTES, signed

SCHEME: Final = "vsr-invitation"
FORMAT: Final = 2
MAX_CHARACTERS: Final = 8_192
TOKEN_BYTES: Final = 16

_PREFIX: Final = f"{SCHEME}:{FORMAT}:"
_MAX_CERTIFICATE: Final = 4_096
_LATEST: Final = 4_102_444_800  # the year 2100
_SERVER: Final = re.compile(r"[\w.:\[\]-]{3,260}", re.ASCII)
_BASE: Final = re.compile(r"[\w.@:/+-]{0,200}", re.ASCII)
_BEGINNING: Final = re.compile(rf"{SCHEME}:(\d{{1,6}}):")
# What mail programs and messengers put around or into a long line.
_ADDED: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff<>\"'`]+")


@dataclass(frozen=True)
class Invitation:
    """Where a server is, what vouches for it, and what lets one machine in. BadInvitation where a part cannot be."""

    server: str
    """host:port"""
    authority: bytes
    """Certificate of the authority that signed the server's, DER."""
    trust: FederationTrust
    """The keys that the person pins by joining."""
    token: bytes = field(repr=False)
    """16 bytes, good for one machine."""
    expires: int
    """Until when it may be used, in seconds since 1970."""
    base: str = ""
    """Which base model the federation improves; empty where it is not said."""

    def __post_init__(self) -> None:
        if not _SERVER.fullmatch(self.server) or not _BASE.fullmatch(self.base):
            raise BadInvitation("the invitation's address or base is not written in plain characters; ask for another")
        try:
            parse_address(self.server)
        except UsageError as error:
            raise BadInvitation(f"the invitation names no server ({error}); ask for another") from error
        if not 0 < self.expires <= _LATEST:
            raise BadInvitation("the invitation's expiry makes no sense; ask for another")
        if len(self.token) != TOKEN_BYTES:
            raise BadInvitation("the invitation's token is not one; ask for another")
        if not self._vouches():
            raise BadInvitation("the certificate in the invitation does not vouch for servers; ask for another")

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The authority's certificate; BadInvitation where it is none."""
        if len(self.authority) > _MAX_CERTIFICATE:
            raise BadInvitation("the certificate in the invitation is larger than any; ask for another invitation")
        try:
            return x509.load_der_x509_certificate(self.authority)
        except Exception as error:  # a stranger's bytes: which of its many errors the library raises is not documented
            raise BadInvitation("the invitation holds no certificate; ask for another") from error

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that is trusted by joining, 64 hexadecimal digits."""
        return fingerprint_of(self.authority, self.trust)

    @property
    def organisation(self) -> str:
        """Whose authority it calls itself: its organisation, else its common name, else nothing."""
        subject = self.certificate.subject
        names = [*subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
        names += subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        said = str(names[0].value) if names else ""
        return "".join(letter for letter in said if letter.isprintable())[:100]

    @property
    def authority_until(self) -> float:
        """Until when the certificate is valid, in seconds since 1970."""
        return self.certificate.not_valid_after_utc.timestamp()

    @property
    def authority_pem(self) -> str:
        """The certificate as files hold it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def check_time(self, now: float) -> None:
        """Raise BadInvitation where `now`, in seconds since 1970, is after the expiry of invitation or certificate.

        Also where it is before the certificate was made: then this machine's clock is wrong.
        """
        if now > min(self.expires, self.authority_until):
            raise BadInvitation(
                "this invitation has expired; ask the operator for a new one, or set this machine's clock if it is fast"
            )
        if now < self.certificate.not_valid_before_utc.timestamp():
            raise BadInvitation(
                "this machine's clock is behind: the invitation's certificate is from later; set the clock, then join"
            )

    def to_text(self, release_key: Ed25519PrivateKey) -> str:
        """Return the invitation as one line, signed; UsageError where `release_key` is not the one it names."""
        if release_key.public_key().public_bytes_raw() != self.trust.release_key:
            raise UsageError("an invitation is signed by the release key that it names")
        header = json.dumps({"server": self.server, "expires": self.expires, "base": self.base}).encode()
        keys = self.token + self.trust.release_key + self.trust.enrolment_key
        body = len(header).to_bytes(2, "big") + header + keys + self.authority
        return _PREFIX + base64.urlsafe_b64encode(body + release_key.sign(_statement(body))).decode().rstrip("=")

    def _vouches(self) -> bool:
        # The library reads a certificate's parts when asked; a malformed part must be met here, not on a page.
        try:
            constraints = self.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
            dated = self.certificate.not_valid_before_utc.timestamp() <= self.authority_until
            return constraints.ca and dated and self.organisation is not None
        except BadInvitation:
            raise
        except Exception:
            return False


def fingerprint_of(authority: bytes, trust: FederationTrust) -> str:
    """Return what a person compares: SHA-256 over the authority's certificate (DER) and both keys, 64 hex digits."""
    return hashlib.sha256(authority + trust.release_key + trust.enrolment_key).hexdigest()


def parse_invitation(text: str) -> Invitation:
    """Return the invitation in `text`, whatever a mail program did to its spaces; BadInvitation where it is none."""
    line = _ADDED.sub("", text[: 4 * MAX_CHARACTERS])
    begun = _BEGINNING.match(line)
    if begun is None:
        raise BadInvitation(f"this is not an invitation: one begins with {SCHEME}: and is a single long line")
    said = int(begun.group(1))
    if said < FORMAT:
        raise BadInvitation(
            f"this invitation is of format {said}, which is no longer used; ask the operator for a new one"
        )
    if said > FORMAT:
        raise BadInvitation(f"this invitation is of format {said}, this VSR reads {FORMAT}; update VSR")
    if len(line) > MAX_CHARACTERS:
        raise BadInvitation("this is longer than any invitation; copy the line that the operator sent, and only it")
    return _from_signed(line[begun.end() :])


def der_of(authority_pem: bytes) -> bytes:
    """Return the authority's certificate in DER; BadInvitation where it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(authority_pem).public_bytes(serialization.Encoding.DER)
    except ValueError as error:
        raise BadInvitation("the authority's certificate cannot be read") from error


def _from_signed(encoded: str) -> Invitation:
    damaged = BadInvitation("this invitation is damaged or cut short; copy the whole line again")
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise damaged from error
    body, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    keys = 2 + int.from_bytes(body[:2], "big")
    enrolment = keys + TOKEN_BYTES + KEY_BYTES
    certificate = enrolment + KEY_BYTES
    token, release = body[keys : keys + TOKEN_BYTES], body[keys + TOKEN_BYTES : enrolment]
    if len(body) <= certificate or not signed(release, signature, _statement(body)):
        raise damaged
    server, expires, base = _header(body[2:keys])
    trust = FederationTrust(release, body[enrolment:certificate])
    return Invitation(server, body[certificate:], trust, token, expires, base)


def _header(text: bytes) -> tuple[str, int, str]:
    try:
        header = json.loads(text)
        server, expires, base = header.pop("server"), header.pop("expires"), header.pop("base")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise BadInvitation("this invitation lacks a part; ask for another") from error
    if header or not isinstance(server, str) or type(expires) is not int or not isinstance(base, str):
        raise BadInvitation("this invitation holds what VSR does not know; ask for another, or update VSR")
    return server, expires, base


def _statement(body: bytes) -> bytes:
    return _PREFIX.encode() + body
