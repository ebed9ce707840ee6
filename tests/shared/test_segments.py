import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.recordings import RATE, real_voice, tone
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.segments import (
    MIN_REMAINDER,
    MIN_SECONDS,
    SEGMENT_SAMPLES,
    SILENCE_DBFS,
    Segment,
    segments,
    voiced,
)
from vsr_shared.errors import EmptyAudio, SilentAudio, TooShortAudio


def sound(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def spans(seconds: float) -> list[tuple[float, float]]:
    return [(part.start, round(part.end, 3)) for part in segments([sound(seconds)])]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.36, [(0, 0.36)]),
        (0.9, [(0, 0.9)]),
        (4.0, [(0, 4)]),
        (4.9, [(0, 4)]),
        (5.0, [(0, 4), (4, 5)]),
        (8.0, [(0, 4), (4, 8)]),
        (11.5, [(0, 4), (4, 8), (8, 11.5)]),
    ],
)
def test_full_segments_then_a_remainder_of_a_second_or_more(
    seconds: float, expected: list[tuple[float, float]]
) -> None:
    assert spans(seconds) == expected


@given(
    samples=st.integers(int(MIN_SECONDS * RATE), 4 * SEGMENT_SAMPLES),
    cuts=st.lists(st.integers(0, 4 * SEGMENT_SAMPLES), max_size=8),
)
def test_how_the_stream_is_cut_into_blocks_changes_nothing(samples: int, cuts: list[int]) -> None:
    whole = np.arange(1, samples + 1, dtype=np.float32) / samples
    parts = list(segments(np.split(whole, sorted(cuts))))

    kept = np.concatenate([part.samples[: round((part.end - part.start) * RATE)] for part in parts])
    np.testing.assert_array_equal(kept, whole[: len(kept)])
    assert samples - len(kept) < MIN_REMAINDER * RATE
    assert all(part.samples.shape == (SEGMENT_SAMPLES,) and part.samples.dtype == np.float32 for part in parts)
    assert not parts[-1].samples[round((parts[-1].end - parts[-1].start) * RATE) :].any()
    assert [part.start for part in parts] == [4.0 * index for index in range(len(parts))]


def test_too_short_and_empty_recordings_are_refused_with_their_length() -> None:
    with pytest.raises(TooShortAudio, match=r"lasts 0\.30 s and at least 0\.35 s are needed; record a longer one"):
        list(segments([sound(0.3)]))
    with pytest.raises(EmptyAudio):
        list(segments([]))
    assert len(spans(0.354)) == 1  # the shortest word of the Turkish corpus


def test_quiet_segments_are_marked_and_left_out() -> None:
    hiss = sound(4) / 0.1
    just_heard, silent = (hiss * 10 ** ((SILENCE_DBFS + by) / 20) for by in (0.5, -0.5))
    parts = list(segments([just_heard, silent, np.zeros_like(hiss), hiss]))
    assert [part.silent for part in parts] == [False, True, True, False]
    assert [part.start for part in voiced(parts)] == [0, 12]


def test_padding_does_not_make_a_short_recording_silent() -> None:
    quiet = sound(0.5) / 0.1 * 10 ** ((SILENCE_DBFS + 3) / 20)
    assert not next(segments([quiet])).silent


def test_a_silent_recording_is_told_when_it_is_over() -> None:
    def stream() -> Iterator[Segment]:
        yield from segments([np.zeros(3 * SEGMENT_SAMPLES, np.float32)])

    with pytest.raises(SilentAudio, match=rf"silent \(below {SILENCE_DBFS:.0f} dBFS throughout\); check that the"):
        list(voiced(stream()))


def test_segments_are_kept_apart_and_come_as_they_fill() -> None:
    taken = 0

    def blocks() -> Iterator[np.ndarray]:
        nonlocal taken
        for _ in range(12):
            taken += 1
            yield sound(1.0)

    stream = segments(blocks())
    first = next(stream)
    assert taken == 4
    before = first.samples.copy()
    next(stream)
    np.testing.assert_array_equal(first.samples, before)


def test_an_hour_is_cut_in_the_memory_of_a_few_segments() -> None:
    second = tone(1.0)
    tracemalloc.start()
    count = sum(1 for _ in segments(second for _ in range(3600)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 900
    assert peak < 8 * SEGMENT_SAMPLES * 4


def test_the_quietest_real_sentence_is_not_silent() -> None:
    quietest = real_voice().with_name("03-01-04-01-01-01-09.flac")
    assert len(list(voiced(segments(decode_blocks(quietest))))) == 1


def test_a_real_sentence_is_one_voiced_segment() -> None:
    parts = list(voiced(segments(decode_blocks(real_voice()))))
    assert [part.start for part in parts] == [0.0]
    assert 2.5 < parts[0].end <= 4.0
