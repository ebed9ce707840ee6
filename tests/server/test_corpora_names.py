"""What a file's name tells, corpus by corpus, against what was published."""

from collections import Counter
from pathlib import PurePath

import pytest

from vsr_server.corpora.corpus import Named, Refusal, Refused
from vsr_server.corpora.known import KNOWN, corpus_named, recognise
from vsr_server.corpora.manifest import read_manifest, voices_folder
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError


@pytest.mark.parametrize(
    ("path", "corpus", "speaker", "gender", "emotion", "sentence"),
    [
        ("AudioWAV/1001_DFA_ANG_XX.wav", "crema-d", "crema1001", "male", "angry", "DFA"),
        ("Crema/1091_IEO_FEA_HI.wav", "crema-d", "crema1091", "female", "fearful", "IEO"),
        ("Crema/1040_ITH_SAD_X.wav", "crema-d", "crema1040", "male", "sad", "ITH"),
        ("1092_IEO_NEU_XX.wav", "crema-d", "crema1092", "unknown", "neutral", "IEO"),
        ("YAF_pleasant_surprised/YAF_back_ps.wav", "tess", "tessYAF", "female", "surprised", "back"),
        ("OAF_Fear/OAF_vine_fear.wav", "tess", "tessOAF", "female", "fearful", "vine"),
        ("OAF_neutral/OA_bite_neutral.wav", "tess", "tessOAF", "female", "neutral", "bite"),
        ("AudioData/DC/a01.wav", "savee", "saveeDC", "male", "angry", "a01"),
        ("ALL/JK_su15.wav", "savee", "saveeJK", "male", "surprised", "su15"),
        ("Savee/KL_n30.wav", "savee", "saveeKL", "male", "neutral", "n30"),
        ("Actor_12/03-01-05-02-01-02-12.wav", "ravdess", "rav12", "female", "angry", "01"),
        ("03-01-02-01-02-01-01.flac", "ravdess", "rav01", "male", "calm", "02"),
        ("SM0_anger_41.wav", "nemo", "nemoSM0", "male", "angry", "41"),
        ("Angry/1157_kz_acik.wav", "turev", "turev1157", "unknown", "angry", "acik"),
        ("SF7_F3_H041.wav", "urdu", "urduF7", "female", "happy", None),
    ],
)
def test_a_name_tells_who_what_and_how(
    path: str, corpus: str, speaker: str, gender: str, emotion: str, sentence: str | None
) -> None:
    recognised = recognise(PurePath(path))
    assert recognised is not None
    found, name = recognised
    assert isinstance(name, Named)
    assert (found.name, name.speaker, name.gender, name.emotion, name.sentence) == (
        corpus,
        speaker,
        gender,
        emotion,
        sentence,
    )


def test_the_repetition_is_ravdess_session() -> None:
    recognised = recognise(PurePath("Actor_12/03-01-05-02-01-02-12.wav"))
    assert recognised is not None and isinstance(recognised[1], Named)
    assert recognised[1].session == "02"


@pytest.mark.parametrize(
    ("path", "kind", "why"),
    [
        ("1001_DFA_BOR_XX.wav", Refusal.UNKNOWN_LABEL, "emotion BOR"),
        ("OAF_back_bored.wav", Refusal.UNKNOWN_LABEL, "emotion 'bored'"),
        ("DC/x01.wav", Refusal.UNKNOWN_LABEL, "emotion 'x'"),
        ("03-01-09-01-01-01-01.wav", Refusal.UNKNOWN_LABEL, "emotion 09"),
        ("SM0_boredom_41.wav", Refusal.UNKNOWN_LABEL, "emotion 'boredom'"),
        ("1157_zz_acik.wav", Refusal.UNKNOWN_LABEL, "emotion 'zz'"),
        ("SF7_F3_X041.wav", Refusal.UNKNOWN_LABEL, "emotion X"),
        ("03-02-03-01-01-01-01.wav", Refusal.LEFT_OUT, "song"),
        ("01-01-03-01-01-01-01.wav", Refusal.LEFT_OUT, "audio-only"),
        ("1076_MTI_SAD_XX.wav", Refusal.LEFT_OUT, "without sound"),
        ("1013_WSI_DIS_XX.wav", Refusal.LEFT_OUT, "once more"),
    ],
)
def test_a_name_with_no_use_is_refused_in_words(path: str, kind: Refusal, why: str) -> None:
    recognised = recognise(PurePath(path))
    assert recognised is not None
    assert isinstance(recognised[1], Refused)
    assert recognised[1].kind is kind
    assert why in recognised[1].why


@pytest.mark.parametrize("path", ["a01.wav", "hello.wav", "1001_DFA_ANG.wav", "DC/notes.wav", "03-01-05.wav"])
def test_other_names_are_of_no_corpus(path: str) -> None:
    assert recognise(PurePath(path)) is None


@pytest.mark.parametrize(
    ("corpus", "clips", "speakers", "emotions"),
    [("crema-d", 7442, 91, 6), ("tess", 2800, 2, 7), ("savee", 480, 4, 7), ("ravdess", 1440, 24, 8)],
)
def test_published_counts(corpus: str, clips: int, speakers: int, emotions: int) -> None:
    known = corpus_named(corpus)
    assert (known.clips, known.speakers, len(known.emotions)) == (clips, speakers, emotions)


@pytest.mark.parametrize("corpus", ["crema-d", "savee", "ravdess", "tess"])
def test_published_names_are_as_many_as_the_counts_say_and_read_back(corpus: str) -> None:
    known = corpus_named(corpus)
    assert known.names is not None
    words = [f"OAF_{chr(97 + n // 20)}{chr(97 + n % 20)}_angry" for n in range(200)]
    names = known.names(words)
    assert len(names) == known.clips - known.unusable
    read = [known.read(PurePath(f"{name}.wav")) for name in names]
    named = [name for name in read if isinstance(name, Named)]
    assert {name.key for name in named} == names
    assert len({name.speaker for name in named}) == known.speakers
    assert {name.emotion for name in named} == set(known.emotions)


def test_clips_of_each_speaker_are_as_published() -> None:
    def by_speaker(corpus: str) -> Counter[int]:
        known = corpus_named(corpus)
        assert known.names is not None
        named = [known.read(PurePath(f"{name}.wav")) for name in known.names(())]
        return Counter(Counter(name.speaker for name in named if isinstance(name, Named)).values())

    assert by_speaker("ravdess") == {60: 24}
    assert by_speaker("savee") == {120: 4}
    # Three actors lack a whole sentence; one clip of 1002 and of 1076 was never made, four clips are of no use.
    assert by_speaker("crema-d") == {76: 3, 80: 1, 81: 4, 82: 83}


def test_crema_d_has_48_men_and_43_women() -> None:
    crema_d = corpus_named("crema-d")
    genders = [crema_d.read(PurePath(f"{actor}_DFA_ANG_XX.wav")) for actor in range(1001, 1092)]
    assert Counter(name.gender for name in genders if isinstance(name, Named)) == {"male": 48, "female": 43}


def test_no_two_corpora_share_a_speaker_or_claim_the_same_name() -> None:
    examples = {
        "crema-d": "1001_DFA_ANG_XX",
        "tess": "OAF_back_angry",
        "savee": "DC_a01",
        "ravdess": "03-01-05-02-01-02-12",
        "nemo": "SM0_anger_41",
        "turev": "1157_kz_acik",
        "urdu": "SF7_F3_H041",
    }
    assert set(examples) == set(KNOWN)
    for name in examples.values():
        claims = [corpus.name for corpus in KNOWN.values() if corpus.read(PurePath(f"{name}.wav")) is not None]
        assert claims == [next(key for key, example in examples.items() if example == name)]


def test_an_unknown_corpus_is_refused() -> None:
    with pytest.raises(UsageError, match="no corpus 'emodb'; there are crema-d, tess, savee, ravdess, nemo"):
        corpus_named("emodb")


def test_names_agree_with_the_manifest_of_the_real_recordings() -> None:
    folder = voices_folder()
    if folder is None:
        pytest.skip("no recordings: set VSR_VOICES or put them beside the repository")
    for clip in read_manifest(folder):
        recognised = recognise(clip.path)
        assert recognised is not None and isinstance(recognised[1], Named)
        corpus, name = recognised
        assert (corpus.name, name.speaker, name.gender, name.emotion) == (
            clip.corpus,
            clip.speaker,
            clip.gender,
            Emotion(clip.emotion),
        )
