"""What the operator and the server did, in a log that shows tampering."""

from vsr_server.audit.log import audit

__all__ = ["audit"]
