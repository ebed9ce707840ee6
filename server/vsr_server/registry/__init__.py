"""The versions of the common model: signed, promoted, rolled back."""

from vsr_server.registry.registry import Registry
from vsr_server.registry.version import Version
from vsr_server.registry.versions import Versions

__all__ = ["Registry", "Version", "Versions"]
