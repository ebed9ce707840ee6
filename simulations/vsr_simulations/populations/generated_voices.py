"""People of the voice generator as a population: their clips written and heard once, read back by person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from vsr_server.corpora.clip import Clip
from vsr_shared.base import Base
from vsr_simulations.engine.heard import HeardClips, HeardUser
from vsr_simulations.engine.kept_activations import KeptActivations, kept_activations
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.generator import Speaker
from vsr_simulations.population import User, generated_users
from vsr_simulations.populations.devices import Devices


@dataclass(frozen=True)
class KeptPopulation:
    """People whose activations lie on disk; one is read when asked for."""

    name: str
    users: tuple[User, ...]
    kept: KeptActivations
    keys: dict[Path, str]
    """What each clip is kept by."""

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, index: int) -> HeardUser:
        user = self.users[index]
        one = user.teach[0]
        return HeardUser(user.name, one.corpus, one.gender, self._heard(user.teach), self._heard(user.held_out))

    def _heard(self, clips: Sequence[Clip]) -> HeardClips:
        return self.kept.of([self.keys[clip.path] for clip in clips], [clip.positive for clip in clips])


def generated_population(
    base: Base,
    seed: int,
    count: int,
    clips: int,
    folder: Path,
    cache: Path,
    on_progress: Callable[[Progress], None] | None = None,
    changed: Callable[[Speaker], Speaker] = lambda one: one,
    devices: Devices | None = None,
) -> KeptPopulation:
    """Return users 0 to `count` - 1 of the generated population `seed`, `clips` to teach with and as many held out.

    Their sound is written beneath `folder`, what the trunk of `base` hears of it into `cache`; people whose voices are
    `changed` need a folder of their own. With `devices` everybody is heard by a microphone of their own. Errors as of
    `population.generated_users` and `kept_activations`.
    """
    users = generated_users(seed, count, clips, folder, changed)
    spoken = [clip for user in users for clip in (*user.teach, *user.held_out)]
    owned = devices.for_clips(spoken) if devices else None
    kept, keys = kept_activations(base, spoken, cache, on_progress, microphones=owned)
    by_path = {clip.path: one for clip, one in zip(spoken, keys, strict=True)}
    made = sha256("".join(keys).encode()).hexdigest()[:16]
    return KeptPopulation(f"{base.id}:generated {seed} {count} {clips} {made}", users, kept, by_path)
