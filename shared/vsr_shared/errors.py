"""The tree of errors, each with the exit code of the command that meets it.

    VsrError                     1   anything VSR can name
    ├── UsageError               2   a setting or an argument that cannot be
    ├── AudioError               3   a recording that cannot be heard
    │   ├── UnreadableAudio          not audio, or a format nobody here decodes
    │   ├── TruncatedAudio           the file ends before its header says
    │   ├── EmptyAudio               no samples at all
    │   ├── TooShortAudio            less than 0.35 s
    │   └── SilentAudio              nothing above the threshold of silence
    ├── BaseError                4   the base model is missing, damaged or of another version
    ├── StoreError               5   the data folder cannot be read or written
    │   ├── LockedStore              the passphrase is missing or wrong
    │   └── UnknownRecording         no such recording, head or capture is kept
    └── FederationError          6   joining or a round failed
        ├── ServerUnreachable        nothing answers at the server's address
        ├── UntrustedServer          the server's certificate is not signed by the CA the person trusts
        ├── UnknownNode              the server does not know this machine's key
        ├── RevokedMachine           the operator took this machine out
        ├── BadInvitation            an invitation that is damaged, expired, used or none at all
        ├── UntrustedModel           a common model that the federation's release key did not sign as it is
        └── RefusedRound             this machine's own checks refused the round

Every message says what was wrong with what, and what to do.
"""


class VsrError(Exception):
    """Something VSR can name; the message is for people."""

    exit_code = 1


class UsageError(VsrError):
    """A setting or an argument that cannot be."""

    exit_code = 2


class AudioError(VsrError):
    """A recording that cannot be heard."""

    exit_code = 3


class UnreadableAudio(AudioError):
    """Not audio, or a format that nobody here decodes."""


class TruncatedAudio(AudioError):
    """The file ends before its header says it should."""


class EmptyAudio(AudioError):
    """No samples at all."""


class TooShortAudio(AudioError):
    """Less than 0.35 s of sound: shorter than a spoken word."""


class SilentAudio(AudioError):
    """Nothing in it rises above the threshold of silence."""


class BaseError(VsrError):
    """The base model is missing, damaged or of another version."""

    exit_code = 4


class StoreError(VsrError):
    """The data folder cannot be read or written."""

    exit_code = 5


class LockedStore(StoreError):
    """The passphrase of the data folder is missing or wrong."""


class UnknownRecording(StoreError):
    """No such recording, head or capture is kept."""


class FederationError(VsrError):
    """Joining a federation or a round of it failed."""

    exit_code = 6


class ServerUnreachable(FederationError):
    """Nothing answers at the server's address."""


class UntrustedServer(FederationError):
    """The server's certificate is not signed by the authority this person trusts."""


class UnknownNode(FederationError):
    """The server does not know this machine's key."""


class RevokedMachine(FederationError):
    """The operator took this machine out of the federation."""


class BadInvitation(FederationError):
    """An invitation that is damaged, expired, used or none at all."""


class UntrustedModel(FederationError):
    """A common model that the federation's release key did not sign as it is."""


class RefusedRound(FederationError):
    """This machine's own checks refused the round."""

    def __init__(self, message: str, told: str = "") -> None:
        """`message` is for the person behind the machine; `told` is what the server hears where that says too much."""
        super().__init__(message)
        self.told = told or message
