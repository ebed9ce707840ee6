"""Who is simulated: heard once, never by the base before, and judged by what nobody taught."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulations.made_people import START, people
from vsr_client.hearing import hear
from vsr_server.corpora.manifest import read_manifest
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.prediction import Predictor
from vsr_shared.weights import digest
from vsr_simulations.engine.evaluation import evaluate_method
from vsr_simulations.engine.heard import HeardClips, Population, Together
from vsr_simulations.engine.kept_activations import kept_activations
from vsr_simulations.engine.rounds import RoundSettings, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.populations.altered import AmountSkew, FewClips, LabelNoise, LabelSkew
from vsr_simulations.populations.availability import any_of, dropouts, slow_machines
from vsr_simulations.populations.drift import Drift
from vsr_simulations.populations.generated_voices import generated_population
from vsr_simulations.populations.recorded import recorded_population, split_by_sentence


@pytest.fixture
def few(voices: Path, tmp_path: Path) -> Path:
    """Two people's recordings of either sentence, of whom the base that ships heard one."""
    chosen = [clip for clip in read_manifest(voices) if clip.speaker in ("rav17", "rav01") and clip.session == "01"]
    folder = tmp_path / "voices"
    folder.mkdir()
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "corpus", "speaker", "gender", "emotion"])
        for clip in chosen:
            if clip.emotion in ("happy", "sad"):
                (folder / clip.path.name).write_bytes(clip.path.read_bytes())
                rows.writerow([clip.path.name, clip.corpus, clip.speaker, clip.gender, clip.emotion])
    return folder


def test_a_clip_is_heard_once_as_a_persons_machine_hears_it(few: Path, shipped: Base, tmp_path: Path) -> None:
    clips = read_manifest(few)[:3]
    told: list[Progress] = []
    kept, prints = kept_activations(shipped, clips[:2], tmp_path / "kept", told.append)
    assert [progress.done for progress in told] == [1, 2]
    again, all_prints = kept_activations(shipped, clips, tmp_path / "kept", told.append)
    assert [progress.done for progress in told] == [1, 2, 1]
    assert all_prints[:2] == prints
    heard = again.of(all_prints[1:], [1, 0])
    client = [hear(clip.path, Predictor(shipped)).heard for clip in clips[1:]]
    np.testing.assert_allclose(
        heard.activations, np.concatenate([one.activations for one in client]), rtol=2e-3, atol=1e-3
    )
    np.testing.assert_allclose(heard.statistics, np.concatenate([one.statistics for one in client]), atol=1e-4)
    assert list(heard.labels) == [1, 0]
    assert len(heard.owner) == len(heard.activations)
    assert kept.shape == (2, 2, 1888)


def test_a_killed_run_goes_on_behind_its_last_whole_clip(few: Path, shipped: Base, tmp_path: Path) -> None:
    clips = read_manifest(few)[:2]
    kept, prints = kept_activations(shipped, clips, tmp_path)
    before = kept.of(prints, [0, 0])
    index = next(tmp_path.glob("*/index.jsonl"))
    index.write_bytes(index.read_bytes()[:-9])
    told: list[Progress] = []
    mended, _ = kept_activations(shipped, clips, tmp_path, told.append)
    assert [(progress.done, progress.of) for progress in told] == [(1, 1)]
    after = mended.of(prints, [0, 0])
    np.testing.assert_array_equal(before.activations, after.activations)
    np.testing.assert_array_equal(before.statistics, after.statistics)


def test_whom_the_base_heard_nobody_simulates(few: Path, shipped: Base, tmp_path: Path) -> None:
    population = recorded_population(shipped, few, tmp_path)
    assert [user.name for user in population.users] == ["rav17"]
    user = population[0]
    assert (len(user.teach), len(user.held_out)) == (4, 4)
    with pytest.raises(UsageError, match="trained or validated on rav01"):
        recorded_population(shipped, few, tmp_path, speakers=["rav01", "rav17"])
    with pytest.raises(UsageError, match="no rav99"):
        recorded_population(shipped, few, tmp_path, speakers=["rav99"])


def test_a_recording_the_base_was_made_with_is_found_under_another_name(
    few: Path, shipped: Base, tmp_path: Path
) -> None:
    manifest = few / "MANIFEST.csv"
    manifest.write_text(manifest.read_text().replace(",rav01,", ",somebody,"))
    with pytest.raises(UsageError, match="leak"):
        recorded_population(shipped, few, tmp_path, speakers=["somebody"])


def test_generated_voices_are_heard_like_real_ones_and_read_back_by_person(shipped: Base, tmp_path: Path) -> None:
    population = generated_population(shipped, 3, 2, 8, tmp_path / "voices", tmp_path / "kept")
    user = population[1]
    assert (len(population), user.name, user.corpus) == (2, "voice00001", "generated")
    assert sorted(user.teach.labels) == [0] * 4 + [1] * 4
    assert user.teach.activations.shape[1:] == (2, 2, 1888)
    assert not np.array_equal(user.teach.activations[:1], user.held_out.activations[:1])
    again = generated_population(shipped, 3, 1, 8, tmp_path / "other", tmp_path / "kept", pytest.fail)
    np.testing.assert_array_equal(again[0].teach.activations, population[0].teach.activations)


@pytest.mark.parametrize("turn", [0, 1])
def test_no_sentence_is_on_both_sides_whoever_says_it(voices: Path, turn: int) -> None:
    clips = read_manifest(voices)
    teach, held_out = split_by_sentence(clips, turn)
    assert len(teach) + len(held_out) == len(clips)
    for corpus in ("ravdess", "nemo", "turev"):
        said = [{clip.sentence for clip in side if clip.corpus == corpus} for side in (teach, held_out)]
        assert said[0] and said[1] and not said[0] & said[1]
    sessions = [{(clip.speaker, clip.session or clip.path.name) for clip in side} for side in (teach, held_out)]
    urdu = [{key for key in side if key[0].startswith("urdu")} for side in sessions]
    assert not urdu[0] & urdu[1]


def test_fewer_clips_are_half_of_either_polarity_and_the_same_every_time() -> None:
    whole = people(3, 12)
    for count in (0, 1, 2, 5, 10):
        user = FewClips(whole, count, 7)[1]
        positive = int(user.teach.labels.sum())
        assert len(user.teach) == count
        assert abs(2 * positive - count) <= 1
        np.testing.assert_array_equal(user.teach.activations, FewClips(whole, count, 7)[1].teach.activations)
    assert len(FewClips(whole, 50)[0].teach) == 12


def test_skews_make_people_uneven_and_leave_their_tests_alone() -> None:
    whole = people(60, 20)
    labels = [LabelSkew(whole, 0.3, 1)[number] for number in range(60)]
    shares = np.array([user.teach.labels.mean() for user in labels])
    even = np.array([LabelSkew(whole, 1000, 1)[number].teach.labels.mean() for number in range(60)])
    assert shares.std() > 0.25
    assert even.std() < 0.05
    assert min(len(user.teach) for user in labels) >= 1
    amounts = [len(AmountSkew(whole, 1.0, 6, 1)[number].teach) for number in range(60)]
    assert min(amounts) >= 1 and len(set(amounts)) > 5
    np.testing.assert_array_equal(labels[0].held_out.labels, whole[0].held_out.labels)


def test_label_noise_turns_its_share_of_what_is_taught() -> None:
    whole = people(40, 20)
    noisy = LabelNoise(whole, 0.2, 3)
    turned = np.mean([(noisy[n].teach.labels != whole[n].teach.labels).mean() for n in range(40)])
    assert 0.15 < turned < 0.25
    np.testing.assert_array_equal(noisy[0].held_out.labels, whole[0].held_out.labels)


def test_people_drop_out_anew_and_slow_machines_always() -> None:
    whole = people(200, 4)
    everybody = np.arange(200)
    drop, slow = dropouts(0.3, 1), slow_machines(whole, 1.0, 8.0, 1)
    first, second = drop(1, everybody), drop(2, everybody)
    assert 0.2 < first.mean() < 0.4
    assert (first != second).any()
    np.testing.assert_array_equal(slow(1, everybody), slow(2, everybody))
    assert 0.1 < slow(1, everybody).mean() < 0.4
    np.testing.assert_array_equal(any_of(drop, slow)(1, everybody), first | slow(1, everybody))


def test_made_up_people_do_not_change_when_more_come() -> None:
    few, many = people(2), replace(people(2), count=50_000)
    np.testing.assert_array_equal(few[1].teach.activations, many[1].teach.activations)
    assert few[0].teach.activations.dtype == np.float16
    with pytest.raises(IndexError):
        few[2]


def test_people_drift_clip_by_clip_from_one_population_to_another() -> None:
    before, after = people(2, 8), moved(people(2, 8))
    drift = Drift(before, after, over=4)
    first, middle, last = (drift.in_round(number)[1] for number in (0, 1, 4))
    np.testing.assert_array_equal(first.teach.activations, before[1].teach.activations)
    np.testing.assert_array_equal(last.held_out.activations, after[1].held_out.activations)
    there = [
        sum(any(np.array_equal(clip, one) for clip in middle.teach.activations) for one in whole[1].teach.activations)
        for whole in (before, after)
    ]
    assert there == [6, 2]
    assert len(middle.teach) == 8
    assert drift.name == drift.in_round(3).name
    with pytest.raises(UsageError, match="same people"):
        Drift(before, people(3), over=4)


def test_the_mix_of_labels_drifts_from_one_draw_to_another() -> None:
    whole = people(1, 20)
    drift = Drift(LabelSkew(whole, 0.3, 1), LabelSkew(whole, 0.3, 4), over=10)
    shares = [drift.in_round(number)[0].teach.labels.mean() for number in (0, 5, 10)]
    assert shares[0] == LabelSkew(whole, 0.3, 1)[0].teach.labels.mean()
    assert min(shares[0], shares[2]) < shares[1] < max(shares[0], shares[2])


def test_rounds_meet_people_as_they_are_then_and_judge_them_as_they_are_at_last() -> None:
    before, after = people(2, 6), moved(people(2, 6))
    drift = Drift(before, after, over=1)
    few, settings = FewClips(drift, 4), RoundSettings(1, 2, LocalTraining(epochs=1), threads=1)
    outcome = run_rounds(few, START, FED_AVG, settings, seed=1)
    late = run_rounds(FewClips(after, 4), START, FED_AVG, settings, seed=1)
    assert digest(outcome.state.weights) == digest(late.state.weights)
    found = evaluate_method(few, START, FED_AVG, outcome, settings, seed=1)
    assert found == evaluate_method(after, START, FED_AVG, outcome, settings, seed=1)
    assert found != evaluate_method(before, START, FED_AVG, outcome, settings, seed=1)


def moved(population: Population) -> Together:
    """The same people as another microphone might hear them."""

    def other(clips: HeardClips) -> HeardClips:
        return replace(clips, activations=clips.activations[..., ::-1])

    users = [population[number] for number in range(len(population))]
    return Together("moved", tuple(replace(one, teach=other(one.teach), held_out=other(one.held_out)) for one in users))
