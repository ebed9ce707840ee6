"""Messages of a round as Flower's records, and back with every byte distrusted.

Flower's arrays carry NumPy's .npy format. It is read here by its header alone, compared with what was agreed,
and only then are the numbers looked at: no pickle, no memory taken on another's word.

This is the only module of `vsr_shared` that imports Flower; predicting never loads it.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, TypeVar

import numpy as np
from flwr.app import Array as FlowerArray
from flwr.app import ArrayRecord, ConfigRecord, RecordDict

from vsr_shared.errors import FederationError, UsageError
from vsr_shared.federation.manifest import SignedManifest
from vsr_shared.federation.messages import (
    MAX_ARRAYS,
    MAX_NUMBERS,
    CommonModel,
    RoundOffer,
    RoundReply,
)
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.weights import Array

OFFER: Final = "vsr.offer.1"
REPLY: Final = "vsr.reply.1"
MODEL: Final = "vsr.model.1"
MANIFEST: Final = "vsr.manifest.1"
KEPT: Final = "vsr.kept.1"
WEIGHTS: Final = "weights"
UPDATE: Final = "update"
VECTOR: Final = "vector"

Scalar = TypeVar("Scalar", str, int, float, bytes)

_ABOUT: Final = {"federation", "round", "base", "model_digest"}
_LOCAL: Final = "local."
_NOISE: Final = "noise."
_NUMPY: Final = "numpy.ndarray"
_MAX_HEADER: Final = 1_024
_MAX_DIMENSIONS: Final = 8


def offer_to_records(offer: RoundOffer) -> RecordDict:
    """Return `offer` as the content of a Flower message."""
    settings: dict[str, Any] = {"minimum_cohort": offer.minimum_cohort, "metrics": list(offer.metrics)}
    settings |= {"clip_norm": offer.clip_norm} | {_LOCAL + name: value for name, value in asdict(offer.local).items()}
    if offer.noise:
        settings |= {_NOISE + name: value for name, value in asdict(offer.noise).items()}
    return RecordDict({OFFER: ConfigRecord(_about(offer) | settings), **_model_to_flower(offer)})


def offer_from_records(content: RecordDict) -> RoundOffer:
    """Return the offer in `content`; FederationError where it is none, or malformed or out of bounds."""
    settings = _config(content, OFFER)
    model = _model(settings, content)
    metrics = settings.get("metrics")
    if not isinstance(metrics, list) or not all(isinstance(name, str) for name in metrics):
        raise FederationError("the offer's metrics are not a list of names")
    return RoundOffer(
        **vars(model),
        local=_local(settings),
        minimum_cohort=_setting(settings, "minimum_cohort", int),
        metrics=tuple(str(name) for name in metrics),
        clip_norm=_setting(settings, "clip_norm", float),
        noise=_noise(settings),
    )


def model_to_records(model: CommonModel) -> RecordDict:
    """Return `model`, to be kept, as the content of a Flower message."""
    return RecordDict({MODEL: ConfigRecord(_about(model)), **_model_to_flower(model)})


def model_from_records(content: RecordDict) -> CommonModel:
    """Return the model in `content`; FederationError where it is none, or malformed or out of bounds."""
    return _model(_config(content, MODEL), content)


def kept_to_records() -> RecordDict:
    """Return the answer to a model that was kept: nothing but that."""
    return RecordDict({KEPT: ConfigRecord({})})


def reply_to_records(reply: RoundReply) -> RecordDict:
    """Return `reply` as the content of a Flower message."""
    answers = ConfigRecord({"round": reply.round, "model_digest": reply.model_digest})
    return RecordDict({REPLY: answers, UPDATE: ArrayRecord({VECTOR: _to_flower(reply.vector)})})


def reply_from_records(content: RecordDict, vector_size: int) -> RoundReply:
    """Return the reply in `content`, whose vector has `vector_size` numbers; FederationError otherwise."""
    settings = _config(content, REPLY)
    record = _arrays(content, UPDATE)
    if list(record) != [VECTOR]:
        raise FederationError("the reply does not hold exactly one vector")
    return RoundReply(
        round=_setting(settings, "round", int),
        model_digest=_setting(settings, "model_digest", str),
        vector=_from_flower(record[VECTOR], VECTOR, (vector_size,)),
    )


def payload(content: RecordDict) -> bytes:
    """Return the arrays in `content`, each in NumPy's plain format, then the bytes beside them: what weighs in it."""
    return b"".join(_weighing(content))


def payload_bytes(content: RecordDict) -> int:
    """Bytes of the arrays in `content` and beside them, the part of a message that weighs."""
    return sum(map(len, _weighing(content)))


def _weighing(content: RecordDict) -> Iterator[bytes]:
    for arrays in content.array_records.values():
        yield from (array.data for array in arrays.values())
    for settings in content.config_records.values():
        for value in settings.values():
            yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, bytes))


def _about(model: CommonModel) -> dict[str, Any]:
    return {name: value for name, value in vars(model).items() if name in _ABOUT}


def _model_to_flower(model: CommonModel) -> dict[str, ArrayRecord | ConfigRecord]:
    weights = ArrayRecord({name: _to_flower(model.weights[name]) for name, _ in model.layout.entries})
    if model.manifest is None:
        return {WEIGHTS: weights}
    signed = ConfigRecord({"text": model.manifest.text, "signature": model.manifest.signature})
    return {MANIFEST: signed, WEIGHTS: weights}


def _model(settings: Mapping[str, Any], content: RecordDict) -> CommonModel:
    record = _arrays(content, WEIGHTS)
    if len(record) > MAX_ARRAYS or sum(len(array.data) for array in record.values()) > 4 * MAX_NUMBERS:
        raise FederationError("this is larger than any model of this kind; it was not read")
    return CommonModel(
        federation=_setting(settings, "federation", str),
        round=_setting(settings, "round", int),
        base=_setting(settings, "base", str),
        model_digest=_setting(settings, "model_digest", str),
        weights={name: _from_flower(array, name) for name, array in record.items()},
        manifest=_manifest(content),
    )


def _manifest(content: RecordDict) -> SignedManifest | None:
    if MANIFEST not in content.config_records:
        return None
    found = content.config_records[MANIFEST]
    return SignedManifest(_setting(found, "text", bytes), _setting(found, "signature", bytes))


def _to_flower(array: Array) -> FlowerArray:
    # np.save alone would keep a view's memory order; the reader below accepts C order only.
    return FlowerArray(np.array(array, dtype="<f4", order="C"))


def _from_flower(array: FlowerArray, name: str, expected: tuple[int, ...] | None = None) -> Array:
    if array.stype != _NUMPY:
        raise FederationError(f"array {name!r} is serialised as {array.stype!r}; only {_NUMPY!r} is read")
    shape, start = _read_header(array.data, name)
    if shape != tuple(array.shape) or (expected is not None and shape != expected):
        raise FederationError(f"array {name!r} has shape {shape}; agreed was {expected or tuple(array.shape)}")
    count = int(np.prod(shape, dtype=object))
    if count > MAX_NUMBERS or len(array.data) - start != 4 * count:
        raise FederationError(f"array {name!r} does not hold the {count} numbers that its header announces")
    return np.frombuffer(array.data, dtype="<f4", offset=start).reshape(shape).astype(np.float32)


def _read_header(data: bytes, name: str) -> tuple[tuple[int, ...], int]:
    stream = io.BytesIO(data[: _MAX_HEADER + 16])
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("not version 1.0")
        header = np.lib.format.read_array_header_1_0(stream, max_header_size=_MAX_HEADER)
    except (ValueError, SyntaxError, TypeError, EOFError) as error:
        raise FederationError(f"array {name!r} is not in NumPy's plain format ({error})") from error
    shape, fortran_order, dtype = header
    if dtype != np.dtype("<f4") or fortran_order:
        raise FederationError(f"array {name!r} holds {dtype}; only 32-bit numbers in C order are read")
    if len(shape) > _MAX_DIMENSIONS or any(side < 1 for side in shape):
        raise FederationError(f"array {name!r} has the impossible shape {shape}")
    return tuple(int(side) for side in shape), stream.tell()


def _config(content: RecordDict, name: str) -> Mapping[str, Any]:
    if name not in content.config_records:
        raise FederationError(f"the message is no {name}; the other side runs something else")
    return content.config_records[name]


def _arrays(content: RecordDict, name: str) -> ArrayRecord:
    if set(content.array_records) != {name}:
        raise FederationError(f"the message does not hold exactly the arrays {name!r}")
    return content.array_records[name]


def _local(settings: Mapping[str, Any]) -> LocalTraining:
    agreed = asdict(LocalTraining())
    try:
        return LocalTraining(**{name: _setting(settings, _LOCAL + name, type(agreed[name])) for name in agreed})
    except UsageError as error:
        raise FederationError(f"the offer asks for a training that no machine accepts ({error})") from error


def _noise(settings: Mapping[str, Any]) -> NoiseTerms | None:
    if not any(name.startswith(_NOISE) for name in settings):
        return None
    return NoiseTerms(
        noise_multiplier=_setting(settings, _NOISE + "noise_multiplier", float),
        delta=_setting(settings, _NOISE + "delta", float),
        population=_setting(settings, _NOISE + "population", int),
    )


def _setting(settings: Mapping[str, Any], name: str, kind: type[Scalar]) -> Scalar:
    value = settings.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FederationError(f"the message's {name!r} is missing or of the wrong type")
    return value
