"""`vsr train`: it learns one person's voice, keeps only what wins, and never keeps anything in the clear."""

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from tests.client.commands import Machine
from tests.client.conftest import Files, files
from vsr_client.store.heads import Head
from vsr_client.store.recordings import KeptRecording
from vsr_client.store.vault import Vault
from vsr_shared.base import Base, make_base, write_base
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.metrics import scores
from vsr_simulations.population import User, recorded_users


def test_a_real_voice_is_learnt_and_then_used(machine: Machine, actor: User) -> None:
    """Calm against anger and fear: a difference so wide that no processor's rounding decides who wins."""
    lessons, unheard = wide_apart(actor), wide_apart(actor, held_out=True)
    taught = machine.vsr("train", "--positive", *lessons.positive, "--negative", *lessons.negative)
    assert taught.returncode == 0, taught.stderr
    assert "before" in taught.stdout and "after" in taught.stdout
    assert "personal head" in taught.stdout
    count = len(lessons.positive) + len(lessons.negative)
    assert f"{count}/{count}" in taught.stderr

    def judged(using: str) -> tuple[str, float]:
        done = machine.vsr("predict", "--json", "--using", using, *unheard.positive, *unheard.negative)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        labels = np.array([1] * len(unheard.positive) + [0] * len(unheard.negative))
        return said[0]["head"], scores(labels, np.array([line["positive"] for line in said])).auroc

    head, _ = judged("base")
    assert head == "base"
    head, after = judged("auto")
    assert head.startswith("personal@")
    assert after > 0.8


def test_what_ships_is_taught_a_real_voice_it_never_heard(fresh_machine: Machine, voices: Path, shipped: Base) -> None:
    """Whether the personal head wins is for the gate to say; either way calm and upset stay apart."""
    user = recorded_users(voices, ["rav19"])[0]
    lessons, unheard = wide_apart(user), wide_apart(user, held_out=True)
    taught = fresh_machine.vsr("train", "--positive", *lessons.positive, "--negative", *lessons.negative)
    assert taught.returncode == 0, taught.stderr
    assert shipped.id in taught.stderr
    assert "before" in taught.stdout and "after" in taught.stdout
    done = fresh_machine.vsr("predict", "--json", *unheard.positive, *unheard.negative)
    said = np.array([json.loads(line)["positive"] for line in done.stdout.splitlines()])
    labels = np.array([1] * len(unheard.positive) + [0] * len(unheard.negative))
    assert scores(labels, said).auroc > 0.7


def wide_apart(user: User, *, held_out: bool = False) -> Files:
    """Return a person's calm and neutral recordings, and their angry and fearful ones."""
    clips = user.held_out if held_out else user.teach
    calm, upset = {Emotion.CALM, Emotion.NEUTRAL}, {Emotion.ANGRY, Emotion.FEARFUL}
    return Files(
        [clip.path for clip in clips if clip.emotion in calm], [clip.path for clip in clips if clip.emotion in upset]
    )


def test_a_head_that_does_not_win_is_not_kept(machine: Machine, generated: User, base: Base, tmp_path: Path) -> None:
    """Labels that say nothing, against a base that admits to know nothing: learning them by heart must lose."""
    undecided = dict(base.trainable) | {"polarity/kernel": np.zeros((256, 2), np.float32)}
    fields = {"name": "undecided", "origin": "random", "spectrogram": base.manifest.spectrogram}
    path = tmp_path / "undecided.vsr"
    path.write_bytes(write_base(make_base(base.trunk, undecided, base.frozen, **fields)))
    one, other = files(generated).positive, files(generated, held_out=True).positive
    # Every emotion stands on both sides.
    positive, negative = one[::2] + other[1::2], one[1::2] + other[::2]
    done = machine.vsr("train", "--positive", *positive, "--negative", *negative, VSR_BASE=str(path))
    assert done.returncode == 0, done.stderr
    assert "did not hear you better" in done.stdout
    (head,) = heads_of(machine)
    assert not head.kept
    said = machine.vsr("predict", "--json", positive[0], VSR_BASE=str(path))
    assert json.loads(said.stdout)["head"] == "base"


def test_nothing_personal_lies_in_the_clear(machine: Machine, generated: User, base: Base) -> None:
    lessons = files(generated)
    assert machine.vsr("train", "--positive", *lessons.positive, "--negative", *lessons.negative).returncode == 0
    vault = opened(machine)
    recordings, key = vault.recordings.all(), vault.key
    heard = vault.recordings.heard(recordings[0].id, base.id)
    vault.close()
    assert len(recordings) == len(lessons.positive) + len(lessons.negative)
    assert heard is not None
    written = {path: path.read_bytes() for path in machine.folder.rglob("*") if path.is_file()}
    assert written
    secrets = [heard.activations.tobytes()[:64], b"positive", b"negative", key, b"correct horse"]
    secrets += [lessons.positive[0].name.encode(), lessons.positive[0].read_bytes()[:200]]
    for path, data in written.items():
        assert not [secret for secret in secrets if secret in data], path
        assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"


def opened(machine: Machine) -> Vault:
    return Vault.open(machine.folder, lambda _: "correct horse")


def recordings_of(machine: Machine) -> list[KeptRecording]:
    with closing(opened(machine)) as vault:
        return vault.recordings.all()


def heads_of(machine: Machine) -> list[Head]:
    with closing(opened(machine)) as vault:
        return vault.heads.all()


def test_without_keyring_and_passphrase_nothing_is_kept(machine: Machine, generated: User) -> None:
    done = machine.vsr("train", "--positive", files(generated).positive[0], VSR_PASSPHRASE="")
    assert done.returncode == 5
    assert "never kept unencrypted" in done.stderr
    assert not list(machine.folder.rglob("*.sqlite"))


def test_a_wrong_passphrase_opens_nothing(machine: Machine, generated: User) -> None:
    lessons = files(generated)
    assert machine.vsr("train", "--positive", *lessons.positive, "--negative", *lessons.negative).returncode == 0
    done = machine.vsr("train", VSR_PASSPHRASE="wrong")
    assert done.returncode == 5
    assert "passphrase" in done.stderr


def test_teaching_the_same_file_again_changes_its_label(machine: Machine, generated: User) -> None:
    lessons = files(generated)
    machine.vsr("train", "--positive", *lessons.positive, "--negative", *lessons.negative)
    machine.vsr("train", "--negative", lessons.positive[0])
    labels = [recording.polarity for recording in recordings_of(machine)]
    assert len(labels) == len(lessons.positive) + len(lessons.negative)
    assert labels.count(Polarity.NEGATIVE) == len(lessons.negative) + 1


def test_too_little_to_learn_from_says_how_much_there_is(machine: Machine, generated: User) -> None:
    done = machine.vsr("train", "--positive", *files(generated).positive[:3])
    assert done.returncode == 2
    assert "3 positive and 0 negative" in done.stderr


def test_one_file_cannot_be_both(machine: Machine, generated: User) -> None:
    path = files(generated).positive[0]
    done = machine.vsr("train", "--positive", path, "--negative", path)
    assert done.returncode == 2
    assert "positive and as negative" in done.stderr
    assert not machine.folder.exists()


def test_an_unusable_data_folder_says_so(machine: Machine, generated: User, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("a file where the folder should be")
    done = machine.vsr("train", "--positive", files(generated).positive[0], "--data-dir", in_the_way / "data")
    assert done.returncode == 5
    assert "--data-dir" in done.stderr and "Traceback" not in done.stderr


def test_a_full_disk_is_said_and_what_was_there_stays(machine: Machine, generated: User) -> None:
    """Files may grow to 250 kB and no further, as on a disk that is full."""
    lessons = files(generated)
    some, rest = lessons.positive[:1], lessons.positive[1:] + files(generated, held_out=True).positive
    machine.vsr("train", "--positive", *some)
    full = subprocess.run(
        ["bash", "-c", 'ulimit -f 250; exec "$@"', "vsr", *machine.command("train", "--positive", *rest)],
        capture_output=True,
        text=True,
        check=False,
        env=machine.environ(),
    )
    assert full.returncode == 5, full.stderr
    assert "free space" in full.stderr and "Traceback" not in full.stderr
    kept = len(recordings_of(machine))
    assert 1 <= kept < len(some) + len(rest)
    assert not list(machine.folder.rglob("*.partial"))


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    from vsr_client.store.files import write_whole
    from vsr_shared.errors import StoreError

    path = tmp_path / "model"
    write_whole(path, b"old")
    limited = f"""
import resource, signal, sys
from pathlib import Path
from vsr_client.store.files import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_whole(Path({str(path)!r}), b"x" * 100_000)
"""
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert StoreError.__name__ in done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_killed_while_learning_leaves_a_usable_folder(machine: Machine, generated: User) -> None:
    lessons = files(generated)
    arguments = ["train", "--positive", *map(str, lessons.positive), "--negative", *map(str, lessons.negative)]
    running = subprocess.Popen(
        machine.command(*arguments),
        env=machine.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(machine.folder.glob("audio/*.sealed")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    running.send_signal(signal.SIGKILL)
    running.wait()
    again = machine.vsr(*arguments)
    assert again.returncode == 0, again.stderr
