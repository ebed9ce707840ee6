"""Every setting of a training run, declared once: what is not here is not a choice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Final, Literal

from vsr_shared.errors import UsageError

Backbone = Literal["densenet201", "resnet50", "xception", "small_cnn"]
BACKBONES: Final[tuple[Backbone, ...]] = ("densenet201", "resnet50", "xception", "small_cnn")


@dataclass(frozen=True)
class Phase:
    """A stretch of training: which layers learn, for how many steps, how fast at its beginning."""

    layers: Literal["head", "tail", "all"]
    """head: the Dense layers alone; tail: the seven layers behind the cut too (774,914 parameters); or all."""
    steps: int
    learning_rate: float
    variety: float = 1.0
    """Factor on the recipe's augmentation and mixup."""

    def __post_init__(self) -> None:
        if self.layers not in {"head", "tail", "all"} or self.steps < 1 or not 0 < self.learning_rate <= 1:
            raise UsageError(f"{self} cannot be: layers head, tail or all, at least 1 step, a rate in (0, 1]")
        if not 0 <= self.variety <= 10:
            raise UsageError(f"{self} cannot be: a variety from 0 to 10")


FROM_SCRATCH: Final = (Phase("all", 2200, 1.2e-3), Phase("all", 800, 7e-4, variety=1.6))
FROM_IMAGENET: Final = (Phase("head", 100, 1e-3), Phase("tail", 300, 1e-3), Phase("all", 1000, 3e-4))


@dataclass(frozen=True)
class Recipe:
    """How a base is trained. The defaults are those of the base that ships (docs/base-model.md)."""

    backbone: Backbone = "densenet201"
    weights: Literal["imagenet"] | None = None
    phases: tuple[Phase, ...] = FROM_SCRATCH
    seed: int = 1
    batch_size: int = 48
    warmup_steps: int = 60
    """Steps over which each phase's learning rate rises from 0; it then falls as a cosine to 0."""
    weight_decay: float = 0.05
    clip_norm: float = 5.0
    batch_norm_momentum: float = 0.9
    """Keras' 0.99 needs more steps than a small corpus has: with it nothing is learnt in 12 epochs."""
    label_smoothing: float = 0.05
    emotion_weight: float = 1.0
    """Weight of the loss of the eight emotions, learnt beside polarity; their head is cut off afterwards."""
    augmentation: float = 0.5
    """Strength of augmentation, 0 none to 1: scales how often and how far (see `augment`)."""
    mixup: float = 0.2
    """Alpha of mixup's Beta distribution, for every second batch by chance; 0 for none."""
    average: float = 0.99
    """Share kept a step by the moving average of the weights, which is what is validated and kept."""
    settling_batches: int = 6
    """Batches of 64 images from which the averaged weights take their normalisation statistics."""
    validate_every: int = 200
    patience: int = 10
    """Validations without improvement after which training stops."""
    mixed_precision: bool = False
    corpus_weights: Mapping[str, float] = field(
        default_factory=lambda: {"ravdess": 0.5, "nemo": 0.22, "turev": 0.12, "urdu": 0.16}
    )
    """Share of the samples that each corpus gives; corpora that are not named share what is left as equals."""

    def __post_init__(self) -> None:
        bounds = {
            "batch_size": (1, 4096),
            "warmup_steps": (0, 100_000),
            "weight_decay": (0, 1),
            "clip_norm": (1e-3, 1e6),
            "batch_norm_momentum": (0, 0.9999),
            "label_smoothing": (0, 0.5),
            "emotion_weight": (0, 10),
            "augmentation": (0, 1),
            "mixup": (0, 10),
            "average": (0, 0.99999),
            "settling_batches": (1, 1000),
            "validate_every": (1, 1_000_000),
            "patience": (1, 1_000_000),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise UsageError(f"recipe: {name} is {getattr(self, name)}; it must lie in {low:g} to {high:g}")
        if self.backbone not in BACKBONES:
            raise UsageError(f"recipe: no backbone {self.backbone!r}; there are {', '.join(BACKBONES)}")
        if not self.phases or any(share <= 0 for share in self.corpus_weights.values()):
            raise UsageError("recipe: at least one phase is needed, and corpus weights above 0")

    @property
    def steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> Phase:
        """Return the phase that `step` (from 0) belongs to, the last one beyond the end."""
        ends = accumulate(phase.steps for phase in self.phases)
        return next((phase for phase, end in zip(self.phases, ends, strict=True) if step < end), self.phases[-1])

    def to_dict(self) -> dict[str, object]:
        """Return all settings for a result."""
        return asdict(self)
