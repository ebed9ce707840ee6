"""An examination in words: tables for people. What cannot be said stands as "-"."""

from collections.abc import Iterable, Mapping
from math import isnan

from vsr_server.base.evaluation.evaluate import Evaluation
from vsr_server.base.evaluation.examination import Examination
from vsr_server.base.evaluation.ways import BASE
from vsr_shared.emotions import Emotion
from vsr_shared.metrics import Scores

FIGURES = ("uar", "auroc", "nll", "ece")
_TITLES = ("UAR", "AUROC", "NLL", "ECE")


def report(found: Examination) -> str:
    """Return the whole examination as text."""
    parts = [_about(found)]
    if found.ways:
        base = found.ways[BASE]
        parts += [ways_table(found.ways), groups_table("corpus", base.corpora), groups_table("gender", base.genders)]
        parts += [speakers_table(base), emotions_table(base), confusion_table(base)]
    if found.microphones:
        parts.append(microphones_table(found.microphones))
    parts += [f"{how.upper()}\n{speakers_table(heard)}" for how, heard in found.not_a_test.items()]
    return "\n\n".join([*parts, *(f"note: {remark}" for remark in found.remarks)])


def ways_table(ways: Mapping[str, Evaluation]) -> str:
    """Return all ways beside each other, each figure with its 95 % interval over speakers."""
    heads = [f"{title:>19}" for title in _TITLES]
    lines = [f"{'':20}{''.join(heads)}{'worst tenth':>13}"]
    for name, way in ways.items():
        cells = [_with_interval(getattr(way.overall, key), way.intervals[key]) for key in FIGURES]
        lines.append(f"{name:20}{''.join(f'{cell:>19}' for cell in cells)}{_number(way.worst_tenth):>13}")
    return "\n".join(
        [*lines, "in brackets 95 % over speakers; worst tenth: mean UAR of the tenth of speakers served worst"]
    )


def groups_table(kind: str, groups: Mapping[str, Scores]) -> str:
    """Return the base's four figures by group."""
    return "\n".join([_head(f"base by {kind}"), *(_row(name, scores) for name, scores in groups.items())])


def speakers_table(way: Evaluation) -> str:
    """Return the figures of each speaker, worst first, and the worst tenth beside the mean."""
    ranked = sorted(way.speakers.items(), key=lambda item: (isnan(item[1].uar), item[1].uar, item[0]))
    worst, mean = _number(way.worst_tenth), _number(way.mean_speaker_uar)
    rows = [_row(name, scores) for name, scores in ranked]
    return "\n".join([_head("base by speaker"), *rows, f"mean UAR of speakers {mean}, of the worst tenth {worst}"])


def emotions_table(way: Evaluation) -> str:
    """Return which share of each true emotion is judged as the polarity it has."""
    lines = [f"{'true emotion':20}{'recordings':>11}{'judged positive':>17}{'right':>8}"]
    for name, judged in way.emotions.items():
        share = judged.positive / judged.count
        right = share if Emotion(name).polarity.output else 1 - share
        lines.append(f"{name:20}{judged.count:11}{share:17.0%}{right:8.0%}")
    return "\n".join(lines)


def confusion_table(way: Evaluation) -> str:
    """Return how many recordings of each true polarity were judged as which."""
    table = way.confusion
    lines = [f"{'true, judged as':20}{'negative':>10}{'positive':>10}"]
    lines += [f"{name:20}{table[true][0]:10}{table[true][1]:10}" for true, name in enumerate(("negative", "positive"))]
    return "\n".join(lines)


def microphones_table(microphones: Mapping[str, Mapping[str, Evaluation]]) -> str:
    """Return the figures of the same recordings by simulated microphone, for each way there is."""
    ways = dict.fromkeys(name for by_way in microphones.values() for name in by_way)
    tables = []
    for way in ways:
        rows = [_row(name, by_way[way].overall) for name, by_way in microphones.items()]
        tables.append("\n".join([_head(f"{way} by microphone"), *rows]))
    return "\n\n".join(tables)


def _about(found: Examination) -> str:
    lines = [found.base_id]
    if found.ways:
        speakers, positive = len(found.ways[BASE].speakers), int(found.labels.sum())
        lines.append(
            f"{len(found.labels)} recordings ({positive} positive) of {speakers} speaker(s) whom this base never heard"
        )
    if found.left_out:
        lines.append(f"left out, because this base was made with them: {len(found.left_out)} speakers")
    return "\n".join(lines)


def _head(name: str) -> str:
    return f"{name:28}" + "".join(f"{title:>8}" for title in _TITLES) + f"{'recordings':>12}"


def _row(name: str, scores: Scores) -> str:
    cells: Iterable[str] = (_number(getattr(scores, key)) for key in FIGURES)
    return f"{name:28}" + "".join(f"{cell:>8}" for cell in cells) + f"{scores.count:12}"


def _with_interval(value: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return _number(value) if isnan(low) or isnan(value) else f"{value:.3f} ({low:.2f}-{high:.2f})"


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"
