"""The panels of an examination's pictures: each draws one thing on one pair of axes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from vsr_server.base.evaluation.evaluate import Evaluation
from vsr_server.base.evaluation.examination import Examination
from vsr_server.base.evaluation.ways import BASE
from vsr_shared.emotions import Emotion

NEGATIVE, POSITIVE, PLAIN, QUIET = "#b5533c", "#2f7f86", "#3b5b92", "#9a9a9a"


def reliability(found: Examination, axes: Any) -> None:
    """What was said against what happened, in ten bins, each as large as its count; ECE in the title."""
    said, labels = found.positive, found.labels
    place = np.minimum((said * 10).astype(int), 9)
    bins = [b for b in range(10) if (place == b).any()]
    mean = [said[place == b].mean() for b in bins]
    share = [labels[place == b].mean() for b in bins]
    count = np.array([np.sum(place == b) for b in bins])
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--", label="as sure as right")
    axes.plot(mean, share, color=PLAIN, linewidth=1)
    axes.scatter(mean, share, s=20 + 380 * count / count.max(), color=PLAIN, alpha=0.75, label="area: recordings")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.04, 1.04), xlabel="probability of positive that was said")
    axes.set(ylabel="share that was positive", title=f"Reliability (ECE {found.ways[BASE].overall.ece:.3f})")
    axes.legend(frameon=False, loc="upper left")


def confusion(found: Examination, axes: Any) -> None:
    """True against judged polarity: counts, and shares of the true one."""
    table = np.array(found.ways[BASE].confusion)
    total = table.sum(axis=1, keepdims=True)
    shares = table / np.maximum(total, 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for true in (0, 1):
        for said in (0, 1):
            colour = "white" if shares[true, said] > 0.55 else "black"
            text = f"{shares[true, said]:.0%}\n{table[true, said]} of {total[true, 0]}" if total[true, 0] else "none"
            axes.text(said, true, text, ha="center", va="center", color=colour, fontsize=12)
    names = ["negative", "positive"]
    axes.set_xticks([0, 1], names)
    axes.set_yticks([0, 1], names, rotation=90, va="center")
    axes.set(xlabel="judged", ylabel="true", title="Confusion of polarity")


def emotions(found: Examination, axes: Any) -> None:
    """How often each true emotion is judged positive."""
    judged = found.ways[BASE].emotions
    names = sorted(judged, key=lambda name: (Emotion(name).polarity.output, name))
    shares = [judged[name].positive / judged[name].count for name in names]
    axes.barh(names, shares, color=[POSITIVE if Emotion(name).polarity.output else NEGATIVE for name in names])
    axes.axvline(0.5, color=QUIET, linewidth=1)
    for row, (name, share) in enumerate(zip(names, shares, strict=True)):
        text, inside = f"{share:.0%} of {judged[name].count}", share > 0.25
        place = (share - 0.01, "right", "white") if inside else (share + 0.01, "left", "black")
        axes.text(place[0], row, text, va="center", ha=place[1], color=place[2], fontsize=9)
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_color(POSITIVE if Emotion(name).polarity.output else NEGATIVE)
    axes.set(xlim=(0, 1), xlabel="share judged positive", title="By true emotion: negative in red, positive in green")


def speakers(found: Examination, axes: Any) -> None:
    """UAR of every speaker, worst first, with the mean and the worst tenth."""
    way = found.ways[BASE]
    ranked = sorted((scores.uar, name) for name, scores in way.speakers.items() if not np.isnan(scores.uar))
    heights = [value for value, _ in ranked]
    axes.bar(range(len(ranked)), heights, color=[NEGATIVE if value < 0.5 else PLAIN for value in heights])
    axes.axhline(0.5, color=QUIET, linewidth=1, linestyle="--", label="chance")
    if ranked:
        axes.axhline(way.mean_speaker_uar, color=POSITIVE, label=f"mean {way.mean_speaker_uar:.3f}")
        axes.axhline(way.worst_tenth, color=NEGATIVE, linewidth=1, label=f"worst tenth {way.worst_tenth:.3f}")
    names, turned = [name for _, name in ranked], 90 if len(ranked) > 8 else 0
    axes.set_xticks(range(len(names)), names, rotation=turned, fontsize=8 if len(names) <= 24 else 5)
    axes.set(ylim=(0, 1.18), ylabel="UAR", title="By speaker")
    axes.legend(frameon=False, loc="upper left", ncols=3, fontsize=8)


def ways(found: Examination, axes: Any) -> None:
    """UAR of each way to predict, with its 95 % interval over speakers."""
    _uar_bars(axes, found.ways)
    axes.set(title="Beside the majority, features and an untrained network")


def microphones(found: Examination, axes: Any) -> None:
    """UAR of the base by simulated microphone, with its 95 % interval over speakers."""
    _uar_bars(axes, {name: by_way[BASE] for name, by_way in found.microphones.items()})
    axes.set(title="By simulated microphone")


def _uar_bars(axes: Any, ways: Mapping[str, Evaluation]) -> None:
    """Horizontal bars of UAR from the first at the top, each with its interval where there is one."""
    for row, (name, way) in enumerate(ways.items()):
        value, (low, high) = way.overall.uar, way.intervals["uar"]
        known = not np.isnan(value)
        if known:
            axes.barh(row, value, color=PLAIN if row == 0 else QUIET, height=0.62)
        if not np.isnan(low):
            axes.plot([low, high], [row, row], color="black", linewidth=1.4)
        text = f"{name}  {value:.3f}" if known else f"{name}: cannot be said"
        axes.text(0.02, row, text, va="center", color="white" if known else "black", fontsize=10)
    axes.axvline(0.5, color="black", linewidth=0.8, linestyle="--")
    axes.set_yticks([])
    axes.set(xlim=(0, 1), ylim=(len(ways) - 0.5, -0.5), xlabel="UAR, line: 95 % over speakers; dashed: chance")
