"""The backbones beside each other, on the same speakers, with the same recipe: a table and its picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from vsr_server.base.evaluation.baselines import cepstral_statistics, linear_model, majority, support_vectors
from vsr_server.base.evaluation.evaluate import Evaluation, evaluate
from vsr_server.base.images import images_of
from vsr_server.base.training.assemble import calibrate
from vsr_server.base.training.checkpoint import Reading
from vsr_server.base.training.recipe import Backbone, Recipe
from vsr_server.base.training.run import load_data
from vsr_server.base.training.train import predict, train
from vsr_server.base.who import Who
from vsr_server.corpora.fingerprints import fingerprints
from vsr_shared.audio.spectrogram import SpectrogramSpec


def compare(
    recipe: Recipe,
    backbones: Sequence[Backbone],
    folder: Path,
    who: Who,
    out: Path,
    cache: Path,
    show: Callable[[str, Reading], None],
) -> dict[str, Evaluation]:
    """Return each way's evaluation on the speakers who test; checkpoints lie in `out`, so that it can go on."""
    data, split = load_data(folder, who, cache, lambda _: None)
    images = images_of(data.voices, fingerprints(data.voices), SpectrogramSpec(), cache)
    tested = [data.voices[i] for i in split.test]
    known = [data.voices[i] for i in split.train]
    _, rows = cepstral_statistics(images)
    learnt = rows[np.array(split.train)]
    found = {
        "majority": evaluate(tested, majority(known, len(tested))),
        "MFCC + linear": evaluate(tested, linear_model(known, learnt)(rows[np.array(split.test)])),
        "MFCC + SVM": evaluate(tested, support_vectors(known, learnt)(rows[np.array(split.test)])),
    }
    out.mkdir(parents=True, exist_ok=True)
    for backbone in backbones:
        say = partial(show, backbone)
        trained = train(replace(recipe, backbone=backbone), data, out / f"{backbone}.npz", say)
        calibrate(trained.network, data)
        _, positive = predict(trained.network, images.of(split.test))
        found[backbone] = evaluate(tested, positive)
    return found


def table(found: Mapping[str, Evaluation]) -> str:
    """Return the evaluations as rows of text."""
    lines = [f"{'':14}{'UAR':>7}{'AUROC':>7}{'NLL':>7}{'ECE':>7}{'worst':>7}"]
    for name, way in found.items():
        values = (way.overall.uar, way.overall.auroc, way.overall.nll, way.overall.ece, way.worst_speaker[1])
        lines.append(f"{name:14}" + "".join(f"{value:7.3f}" for value in values))
    return "\n".join(lines)
