"""One person's machine in the demo: a data folder, and VSR's own commands run in it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from vsr_server.corpora.clip import Clip
from vsr_shared.emotions import Polarity
from vsr_shared.metrics import Scores, scores
from vsr_simulations.demo.programs import run_program
from vsr_simulations.population import User


@dataclass(frozen=True)
class Machine:
    """A person with a folder of their own; nobody else has the passphrase."""

    user: User
    folder: Path
    base: Path
    passphrase: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """What makes `vsr` this person's."""
        return {"VSR_DATA_DIR": str(self.folder), "VSR_BASE": str(self.base), "VSR_PASSPHRASE": self.passphrase}

    def teach(self) -> None:
        """`vsr train` with the person's labelled recordings."""
        positive, negative = _by_label(self.user.teach)
        self._vsr("train", "--positive", *positive, "--negative", *negative)

    def learn_again(self) -> None:
        """`vsr train` with what was taught before, from the newest common model."""
        self._vsr("train")

    def judge(self, using: str) -> Scores:
        """`vsr predict` on the person's held-out recordings, judged by their true labels."""
        positive, negative = _by_label(self.user.held_out)
        lines = self._vsr("predict", "--json", "--using", using, *positive, *negative).splitlines()
        said = np.array([json.loads(line)["positive"] for line in lines])
        return scores(np.array([1] * len(positive) + [0] * len(negative)), said)

    def _vsr(self, *arguments: object) -> str:
        return run_program("vsr", *arguments, environment=self.environment)


def _by_label(clips: Sequence[Clip]) -> tuple[list[Path], list[Path]]:
    positive = [clip.path for clip in clips if clip.polarity is Polarity.POSITIVE]
    return positive, [clip.path for clip in clips if clip.polarity is Polarity.NEGATIVE]
