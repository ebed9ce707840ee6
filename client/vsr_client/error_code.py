"""The name of an error for programs."""

import re

from vsr_shared.errors import VsrError


def error_code(error: VsrError) -> str:
    """Return the class of `error` in snake case: SilentAudio is silent_audio."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
