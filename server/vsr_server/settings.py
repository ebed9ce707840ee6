"""Every setting of the server's own commands, declared once: option, environment, default and help.

Secrets are files, named here; none is ever an option's value.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from vsr_shared.learning.local_training import LocalTraining

LOCAL: Final = LocalTraining()
PUBLIC_PORT: Final = 9443
ADMIN_PORT: Final = 9444
SUPERLINK_PORT: Final = 9093
EVERY: Final = "24h"
COHORT_SECONDS: Final = 600.0

DataDir = Annotated[Path, typer.Option("--data-dir", envvar="VSR_SERVER_DATA_DIR", help="Folder of this server.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON an item, for programs.")]
BaseFile = Annotated[
    Path | None,
    typer.Option(
        "--base", envvar="VSR_BASE", help="Base model whose shared part is trained; without it the one that ships."
    ),
]
Offline = Annotated[bool, typer.Option("--offline", envvar="VSR_OFFLINE", help="Never fetch ImageNet's weights.")]

PublicHost = Annotated[
    str,
    typer.Option(
        "--host",
        envvar="VSR_PUBLIC_HOST",
        help="Address of the public port; this machine alone if not said, 0.0.0.0 for every one of its addresses.",
    ),
]
PublicPort = Annotated[
    int,
    typer.Option("--port", envvar="VSR_PUBLIC_PORT", min=0, max=65535, help="The public port; 0 takes a free one."),
]
PublicName = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        envvar="VSR_PUBLIC_NAME",
        help="What people call this server, vsr.example.org; stands in its certificate and in invitations. Repeatable.",
    ),
]
PublicAddress = Annotated[
    str,
    typer.Option(
        "--address",
        envvar="VSR_PUBLIC_ADDRESS",
        help="Where people's machines come to, host:port, for invitations; as last told if not said.",
    ),
]
AdminHost = Annotated[
    str,
    typer.Option(
        "--admin-host",
        envvar="VSR_ADMIN_HOST",
        help="Address of the operator's port. Beyond this machine only on a network that nobody else is in.",
    ),
]
AdminPort = Annotated[
    int,
    typer.Option(
        "--admin-port", envvar="VSR_ADMIN_PORT", min=0, max=65535, help="The operator's port; 0 takes a free one."
    ),
]
TrustedProxies = Annotated[
    str,
    typer.Option(
        "--trusted-proxies",
        envvar="VSR_TRUSTED_PROXIES",
        help="Reverse proxies in front of the public port: addresses or networks, commas between; none if not said.",
    ),
]
IdleSeconds = Annotated[
    float,
    typer.Option(
        "--idle-seconds", envvar="VSR_IDLE_SECONDS", min=0.5, max=600, help="Seconds between two pieces of a request."
    ),
]
ConnectionsPerAddress = Annotated[
    int,
    typer.Option(
        "--connections-per-address",
        envvar="VSR_CONNECTIONS_PER_ADDRESS",
        min=1,
        max=65536,
        help="Connections of one address to the public port at once.",
    ),
]
SuperLinkAddress = Annotated[
    str, typer.Option("--superlink", envvar="VSR_SUPERLINK", help="Where the SuperLink is, host:port.")
]
AuthorityFile = Annotated[
    Path | None,
    typer.Option(
        "--authority", envvar="VSR_AUTHORITY_FILE", help="The authority's certificate; the data folder's if not said."
    ),
]
CertificateFile = Annotated[
    Path | None,
    typer.Option(
        "--certificate", envvar="VSR_CERTIFICATE_FILE", help="The own certificate; the data folder's if not said."
    ),
]
CertificateKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--certificate-key", envvar="VSR_CERTIFICATE_KEY_FILE", help="Its key; the data folder's if not said."
    ),
]
RuntimeSecretFile = Annotated[
    Path,
    typer.Option(
        "--runtime-secret",
        envvar="VSR_RUNTIME_SECRET_FILE",
        help="File of the secret that coordinator and SuperLink share, 32 random bytes or more.",
    ),
]
LinkHost = Annotated[
    str, typer.Option("--host", envvar="VSR_SUPERLINK_HOST", help="Address that the SuperLink listens on.")
]
LinkPort = Annotated[
    int, typer.Option("--port", envvar="VSR_SUPERLINK_PORT", min=1, max=65535, help="Port of the SuperLink.")
]

Rounds = Annotated[
    int | None, typer.Option("--rounds", min=1, help="Rounds to complete in all, over every start; no end if not said.")
]
Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        envvar="VSR_EVERY",
        help="From one round's start to the next's: 90s, 30m, 6h, 1d; 24h if neither this nor --rounds is said.",
    ),
]
MinClients = Annotated[int, typer.Option("--min-clients", min=1, help="Machines that a round needs.")]
MaxClients = Annotated[
    int | None, typer.Option("--max-clients", min=1, help="Machines asked at most, drawn by lot; all if not said.")
]
RoundTimeout = Annotated[float, typer.Option("--round-timeout", min=1, help="Seconds a machine has for its answer.")]
CohortTimeout = Annotated[
    float | None,
    typer.Option(
        "--cohort-timeout",
        min=1,
        help="Seconds to wait for enough machines; if not said, until the next time by --every, or 600.",
    ),
]
Epochs = Annotated[int, typer.Option("--epochs", min=1, max=200, help="Passes over a person's clips a round.")]
LearningRate = Annotated[float, typer.Option("--learning-rate", min=1e-9, max=1, help="Step size on the machines.")]
BatchSize = Annotated[int, typer.Option("--batch-size", min=1, max=4096, help="Clips a step on the machines.")]
Metric = Annotated[
    list[str] | None,
    typer.Option("--metric", help="A figure of the machines to average; nll_before if not said. Repeatable."),
]
DropoutShare = Annotated[
    float,
    typer.Option("--dropout-share", min=0, max=0.49, help="Share of a cohort that may fall silent in a secure sum."),
]
ColludingShare = Annotated[
    float,
    typer.Option(
        "--colluding-share", min=0, max=0.9, help="Share of a cohort that may work for whoever runs the server."
    ),
]
Groups = Annotated[
    int,
    typer.Option(
        "--groups", min=1, max=1000, help="Sums that a cohort is drawn into; of three on, poisoned ones are outvoted."
    ),
]
ValidationFolder = Annotated[
    Path | None,
    typer.Option(
        "--validation",
        envvar="VSR_VALIDATION",
        help="Recordings of people who take no part, by which each round's model is judged before it is promoted.",
    ),
]
UpdateRange = Annotated[
    float,
    typer.Option("--update-range", min=1e-6, max=100, help="Largest change of one number in a round; more is cut off."),
]
MostClips = Annotated[
    int,
    typer.Option("--most-clips", min=1, max=1_000_000, help="Recordings of a person that count; more weigh no more."),
]
MetricRange = Annotated[
    float, typer.Option("--metric-range", min=1e-3, max=1e6, help="Largest figure of a machine; more is cut off.")
]
ClipNorm = Annotated[
    float, typer.Option("--clip-norm", min=1e-6, max=1e6, help="Longest update; each machine shortens a longer one.")
]
NoiseMultiplier = Annotated[
    float,
    typer.Option("--noise-multiplier", min=0, max=1_000, help="Noise in a sum, in longest updates; 0 adds none."),
]
Delta = Annotated[
    float,
    typer.Option("--delta", min=0, max=1, help="Chance that the noise's promise fails: 1 / --population at most."),
]
Population = Annotated[int, typer.Option("--population", min=2, help="People that there are, whoever takes part.")]
