"""Which base a machine starts from.

The one that ships with this package, unless the person names another:

- a file: a VSR base, or weights of the whole network that Keras saved (`.keras`, `.weights.h5`);
- `imagenet`: ImageNet's weights, where Keras has them or may fetch them;
- `random`: seeded random weights.

What Keras has to build is exported once and kept in a cache folder, under the hash of what it is made from.
A base that is missing or damaged is an error, never a reason to take another.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import FORMAT, MAX_BYTES, Base, Origin, make_base, read_base, write_base
from vsr_shared.errors import BaseError, StoreError
from vsr_shared.network.export import PRECISION
from vsr_shared.shipped_base import BASES, read_shipped

if TYPE_CHECKING:
    import keras

SEED: Final = 201
IMAGENET: Final = Path("imagenet")
RANDOM: Final = Path("random")
"""Said in place of a file; a file of that name is named by its whole path."""

_CONSEQUENCE: Final[dict[Origin, str]] = {
    "trained": "trained on other people's voices: its guesses mean something, can be wrong about you, and are best "
    "once you have taught it yours",
    "imagenet": "ImageNet pictures taught it to see, no voice has: predictions mean little until they are taught",
    "random": "nobody has taught it anything: predictions mean nothing until they are taught",
}


@dataclass(frozen=True)
class BaseChoice:
    """What may be chosen from."""

    path: Path | None
    """A base or Keras weights that the person named, `IMAGENET` or `RANDOM`; None for the one that ships."""
    cache: Path
    """Folder for what was exported here."""
    offline: bool = False
    """Never fetch ImageNet's weights."""
    shipped: Path = BASES
    """Folder of the base that ships."""


def about(base: Base) -> str:
    """Return which base it is and what follows from it, for people."""
    return f"base {base.id} ({_CONSEQUENCE[base.manifest.origin]})"


def find_base(choice: BaseChoice, say: Callable[[str], None] = lambda _: None) -> Base:
    """Return the base to start from; `say` hears about long work.

    Raises BaseError where it is missing or damaged, where ImageNet's weights cannot be had, or where one must be built
    and TensorFlow is not installed; StoreError where what was built cannot be kept.
    """
    if choice.path is None:
        return read_shipped(choice.shipped)
    if choice.path == RANDOM:
        return _cached(choice.cache, {"random": SEED}, _random, say)
    if choice.path == IMAGENET:
        return _imagenet(choice, say)
    return _given(choice.path, choice.cache, say)


def _given(path: Path, cache: Path, say: Callable[[str], None]) -> Base:
    data = _read(path)
    if path.name.endswith((".keras", ".weights.h5")):
        source = {"file": hashlib.sha256(data).hexdigest()}
        return _cached(cache, source, lambda: _from_keras_file(path, source["file"]), say)
    try:
        return read_base(data)
    except BaseError as error:
        raise BaseError(f"{path}: {error}") from error


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise BaseError(f"{path} is not a file; name another base with --base")
        if path.stat().st_size > MAX_BYTES * 2:
            raise BaseError(f"{path} is larger than a base can be; name another one with --base")
        return path.read_bytes()
    except OSError as error:
        raise BaseError(f"the base {path} cannot be read ({error.strerror}); name another one with --base") from error


def _imagenet(choice: BaseChoice, say: Callable[[str], None]) -> Base:
    source = {"imagenet": "keras"}
    if choice.offline and not _cache_path(choice.cache, source).exists():
        raise BaseError("ImageNet's weights are not here and may not be fetched; leave --offline out, or --base")
    return _cached(choice.cache, source, _from_imagenet, say)


def _cached(
    cache: Path, source: dict[str, str] | dict[str, int], build: Callable[[], Base], say: Callable[[str], None]
) -> Base:
    path = _cache_path(cache, source)
    if path.exists():
        try:
            return read_base(_read(path))
        except BaseError as error:
            raise BaseError(f"{path}: {error}; once you have deleted it, it is built again") from error
    say("building the base once; this takes about a minute")
    try:
        base = build()
    except ImportError as error:
        raise BaseError(
            "this base has to be built, and that needs TensorFlow; install it with `pip install 'vsr[server]'`, "
            "or leave --base out for the one that ships"
        ) from error
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(write_base(base))
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StoreError(
            f"the base cannot be kept in {cache} ({error.strerror}); free space or choose --data-dir"
        ) from error
    return base


def _cache_path(cache: Path, source: dict[str, str] | dict[str, int]) -> Path:
    recipe = json.dumps(
        {"format": FORMAT, "source": source, "spectrogram": SpectrogramSpec().to_dict(), "trunk": PRECISION},
        sort_keys=True,
    )
    return cache / f"{next(iter(source))}-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.vsr"


def _random() -> Base:
    from vsr_shared.network.random_base import random_base

    return random_base(SpectrogramSpec(), SEED)


def _from_imagenet() -> Base:
    import keras

    from vsr_shared.network.keras_model import build_network

    keras.utils.set_random_seed(SEED)
    try:
        network = build_network(SpectrogramSpec().shape, weights="imagenet")
    except Exception as error:  # Keras' download raises the bare class for every reason
        reason = str(error).rsplit(" -- ", 1)[-1][:120]
        raise BaseError(
            f"ImageNet's weights cannot be fetched ({reason}); leave --base out for the base that ships"
        ) from error
    return _exported(network, name="imagenet", origin="imagenet", licence="weights: Keras Applications, Apache-2.0")


def _from_keras_file(path: Path, sha256: str) -> Base:
    import keras

    from vsr_shared.network.keras_model import build_network

    network = build_network(SpectrogramSpec().shape)
    try:
        if path.suffix == ".keras":
            network.set_weights(keras.saving.load_model(path, compile=False, safe_mode=True).get_weights())
        else:
            network.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        raise BaseError(f"{path} does not hold weights of this network ({str(error)[:200]}); name others") from error
    return _exported(network, name=path.name.split(".")[0], origin="trained", licence="", notes={"source": sha256})


def _exported(
    network: "keras.Model", *, name: str, origin: Origin, licence: str, notes: dict[str, str] | None = None
) -> Base:
    from vsr_shared.network.export import arrays_of, trunk_to_litert

    trainable, frozen = arrays_of(network)
    trunk = trunk_to_litert(network)
    spec, said = SpectrogramSpec(), {"trunk": PRECISION, **(notes or {})}
    return make_base(trunk, trainable, frozen, name=name, origin=origin, spectrogram=spec, licence=licence, notes=said)
