"""Corpora: recorded emotional speech in folders that say what they hold."""

from vsr_simulations.corpora.manifest import Clip, read_manifest, voices_folder

__all__ = ["Clip", "read_manifest", "voices_folder"]
