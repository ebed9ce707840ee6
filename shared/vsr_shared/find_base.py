"""Which base a machine starts from: the first that is there of four.

1. the one given by path: a VSR base file, or weights of the whole network that Keras saved (`.keras`, `.weights.h5`);
2. the one that ships with this package;
3. ImageNet's weights, where Keras has them or may fetch them;
4. seeded random weights.

What Keras has to build (1, 3, 4) is exported once and kept in a cache folder, under the hash of what it is made from.
A base that is there but damaged is an error, never a reason to take the next one.
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
from vsr_shared.base import MAX_BYTES, Base, Origin, make_base, read_base, write_base
from vsr_shared.errors import BaseError, StoreError

if TYPE_CHECKING:
    import keras

SEED: Final = 201
SHIPPED: Final = Path(__file__).parent / "bases" / "vsr-base.vsr"

_CONSEQUENCE: Final[dict[Origin, str]] = {
    "trained": "trained on voices: predictions carry meaning from the start, and get better with your corrections",
    "imagenet": "ImageNet pictures taught it to see, no voice has: predictions mean little until they are taught",
    "random": "nobody has taught it anything: predictions mean nothing until they are taught",
}


@dataclass(frozen=True)
class BaseChoice:
    """What may be chosen from."""

    path: Path | None
    """A base or Keras weights that the person named."""
    cache: Path
    """Folder for what was exported here."""
    offline: bool = False
    """Never fetch ImageNet's weights."""


def about(base: Base) -> str:
    """Return which base it is and what follows from it, for people."""
    return f"base {base.id} ({_CONSEQUENCE[base.manifest.origin]})"


class _NoImageNet(Exception):
    """Keras could not fetch ImageNet's weights."""


def find_base(choice: BaseChoice, say: Callable[[str], None] = lambda _: None) -> Base:
    """Return the base to start from; `say` hears about long work and about what could not be had.

    Raises BaseError where a base is named but missing or damaged, or where one must be built and TensorFlow is not
    installed.
    """
    if choice.path is not None:
        return _given(choice.path, choice.cache, say)
    if SHIPPED.exists():
        return read_base(_read(SHIPPED))
    return _imagenet(choice, say) or _cached(choice.cache, {"random": SEED}, _random, say)


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
        if path.stat().st_size > MAX_BYTES * 2:
            raise BaseError(f"{path} is larger than a base can be; name another one with --base")
        return path.read_bytes()
    except OSError as error:
        raise BaseError(f"the base {path} cannot be read ({error.strerror}); name another one with --base") from error


def _imagenet(choice: BaseChoice, say: Callable[[str], None]) -> Base | None:
    source = {"imagenet": "keras"}
    kept = _cache_path(choice.cache, source)
    fallback = _cache_path(choice.cache, {"random": SEED})
    # Once the fetch has failed and a random base stands in, asking again at every start would only cost time.
    if not kept.exists() and (choice.offline or fallback.exists()):
        return None
    try:
        return _cached(choice.cache, source, _from_imagenet, say)
    except _NoImageNet as error:
        say(f"ImageNet's weights cannot be fetched ({error}); random ones instead")
        return None


def _cached(
    cache: Path, source: dict[str, str] | dict[str, int], build: Callable[[], Base], say: Callable[[str], None]
) -> Base:
    path = _cache_path(cache, source)
    if path.exists():
        return read_base(_read(path))
    say("building the base once; this takes about a minute")
    try:
        base = build()
    except ImportError as error:
        raise BaseError(
            "no base is here and building one needs TensorFlow; install it with `pip install 'vsr[server]'`, "
            "or name a base file with --base"
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
    recipe = json.dumps({"format": 1, "source": source, "spectrogram": SpectrogramSpec().to_dict()}, sort_keys=True)
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
        raise _NoImageNet(str(error).rsplit(" -- ", 1)[-1][:120]) from error
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
        raise BaseError(f"{path} does not hold weights of this network ({str(error)[:200]})") from error
    return _exported(network, name=path.name.split(".")[0], origin="trained", licence="", notes={"source": sha256})


def _exported(
    network: "keras.Model", *, name: str, origin: Origin, licence: str, notes: dict[str, str] | None = None
) -> Base:
    from vsr_shared.network.export import arrays_of, trunk_to_litert

    trainable, frozen = arrays_of(network)
    trunk = trunk_to_litert(network)
    spec = SpectrogramSpec()
    return make_base(trunk, trainable, frozen, name=name, origin=origin, spectrogram=spec, licence=licence, notes=notes)
