"""Every internal name of Flower that the server uses, in one place.

They hold for the release in `vsr_shared.federation.flower_release` and no other; a test reads this file's
claims against the installed source and fails where a name, a signature or a behaviour has moved.
"""

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx
from flwr.app import Message, RecordDict
from flwr.common.constant import Status, SubStatus
from flwr.common.serde import fab_to_proto, run_from_proto
from flwr.proto.control_pb2 import (
    ListNodesRequest,
    ListRunsRequest,
    RegisterNodeRequest,
    StartRunRequest,
    StopRunRequest,
    UnregisterNodeRequest,
)
from flwr.proto.node_pb2 import NodeInfo
from flwr.proto.runtime_pb2 import (
    AcquireTaskRequest,
    PullTaskInputRequest,
    PushTaskOutputRequest,
    SendTaskHeartbeatRequest,
)
from flwr.supercore.constant import TaskType
from flwr.supercore.control import ControlHttpClient
from flwr.supercore.fab import Fab
from flwr.supercore.heartbeat import HeartbeatSender
from flwr.supercore.inflatable.inflatable_utils import pull_objects
from flwr.supercore.interceptors import RuntimeTokenHttpInterceptor, SuperExecAuthHttpInterceptor
from flwr.supercore.retry.retry_invoker import RetryInvoker, exponential
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.supercore.task_identity import TaskIdentity
from flwr.superlink.grid import http_grid
from flwr.superlink.grid.http_grid import HttpGrid

from vsr_shared.federation.flower_release import QUIET, check_release

__all__ = [
    "AcquireTaskRequest",
    "HeartbeatSender",
    "HttpGrid",
    "ListNodesRequest",
    "ListRunsRequest",
    "Message",
    "NodeInfo",
    "PullTaskInputRequest",
    "PushTaskOutputRequest",
    "RecordDict",
    "RegisterNodeRequest",
    "RuntimeHttpClient",
    "SendTaskHeartbeatRequest",
    "StartRunRequest",
    "Status",
    "StopRunRequest",
    "SubStatus",
    "TaskIdentity",
    "TaskType",
    "UnregisterNodeRequest",
    "check_flower",
    "child_environment",
    "control_client",
    "empty_bundle",
    "grid_for_task",
    "keep_loopback_direct",
    "look_often",
    "run_from_proto",
    "run_superlink",
    "runtime_client_for_task",
    "runtime_client_of_superexec",
    "start_run_request",
]

_RETRY_SECONDS: Final = 10.0
_UPLOAD_SECONDS: Final = 60.0
_BUNDLE: Final = b"""\
[project]
name = "vsr-rounds"
version = "1.0.0"
description = "A name for a run. It holds no code: each side runs what is installed on it."

[tool.flwr.app]
publisher = "vsr"

[tool.flwr.app.components]
serverapp = "vsr_server:nothing"
clientapp = "vsr_server:nothing"

[tool.flwr.app.config]
"""


def check_flower() -> None:
    """Raise FederationError unless the installed Flower is the release these names belong to."""
    check_release(version("flwr"))


def keep_loopback_direct() -> None:
    """Keep calls to this machine's own SuperLink out of a proxy that the environment may name."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if "127.0.0.1" not in known:
            os.environ[name] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))


def look_often() -> None:
    """Look for an update that is still being uploaded every 0.1 s, and for at most a minute.

    Flower waits a second and more between two looks, and up to two hours for a machine that died while it sent.
    """
    often = partial(pull_objects, initial_backoff=0.1, backoff_cap=1.0, max_time=_UPLOAD_SECONDS)
    vars(http_grid)["pull_objects"] = often


def run_superlink() -> None:
    """Run Flower's SuperLink in this process, with the options in `sys.argv`."""
    from flwr.superlink.cli.flower_superlink import flower_superlink

    flower_superlink()


def child_environment(flower_home: Path) -> Mapping[str, str]:
    """Return the environment of a Flower process that writes under `flower_home` and tells nobody."""
    return {**os.environ, **QUIET, "FLWR_HOME": str(flower_home)}


def empty_bundle() -> Fab:
    """Return the app bundle that Flower wants for a run: a name and a version, and no code at all."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("pyproject.toml"), _BUNDLE)
    content = archive.getvalue()
    return Fab(hashlib.sha256(content).hexdigest(), content, {})


def start_run_request() -> StartRunRequest:
    """Return the request for a run of the empty bundle."""
    return StartRunRequest(fab=fab_to_proto(empty_bundle()))


def control_client(address: str, ca: bytes) -> ControlHttpClient:
    """Return a client of the SuperLink's control interface at `address` (host:port)."""
    return ControlHttpClient.from_server_address(address, False, ca, interceptors=[])


def runtime_client_of_superexec(address: str, ca: bytes, secret: bytes) -> RuntimeHttpClient:
    """Return a client of the SuperLink's runtime at `address` that may acquire tasks."""
    return RuntimeHttpClient.from_server_address(
        address,
        False,
        ca,
        interceptors=[
            SuperExecAuthHttpInterceptor(master_secret=secret, protected_methods={"/flwr.proto.Runtime/AcquireTask"})
        ],
    )


def runtime_client_for_task(address: str, ca: bytes, token: str) -> RuntimeHttpClient:
    """Return a client of the SuperLink's runtime at `address` for the task that `token` stands for."""
    return RuntimeHttpClient.from_server_address(address, False, ca, interceptors=[RuntimeTokenHttpInterceptor(token)])


def grid_for_task(address: str, ca: bytes, token: str) -> HttpGrid:
    """Return the grid of the task that `token` stands for; its calls give up after 10 s with an httpx error."""
    grid = HttpGrid(address, insecure=False, root_certificates=ca, token=token)
    # Flower's own invoker tries for ever, and answers a lost token with SIGINT to the whole process.
    grid._retry_invoker = RetryInvoker(
        wait_gen_factory=lambda: exponential(max_delay=2),
        recoverable_exceptions=httpx.TransportError,
        max_tries=None,
        max_time=_RETRY_SECONDS,
    )
    return grid
