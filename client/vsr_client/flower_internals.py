"""Every internal name of Flower that the client uses, in one place.

They hold for the release in `vsr_shared.federation.flower_release` and no other; a test reads this file's
claims against the installed source and fails where a name, a signature or a behaviour has moved.
"""

import os
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import Context, Error, Message
from flwr.common.constant import ErrorCode, SubStatus
from flwr.proto.fleet_pb2 import DeactivateNodeRequest
from flwr.proto.runtime_pb2 import AcquireTaskRequest, SendTaskHeartbeatRequest
from flwr.supercore.constant import TaskType
from flwr.supercore.heartbeat import HeartbeatSender
from flwr.supercore.inflatable.inflatable_utils import pull_and_inflate_object_from_tree
from flwr.supercore.interceptors import RuntimeTokenHttpInterceptor, SuperExecAuthHttpInterceptor
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.supernode.fleet_http_client import FleetHttpClient
from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor
from flwr.supernode.runtime import run_clientapp
from flwr.supernode.runtime.run_clientapp import pull_task_input, push_message, push_task_output

from vsr_shared.federation.flower_release import QUIET, check_release

__all__ = [
    "AcquireTaskRequest",
    "Context",
    "Error",
    "ErrorCode",
    "HeartbeatSender",
    "Message",
    "RuntimeHttpClient",
    "SendTaskHeartbeatRequest",
    "SubStatus",
    "TaskType",
    "check_flower",
    "child_environment",
    "deactivate_node",
    "keep_loopback_direct",
    "look_often",
    "pull_task_input",
    "push_message",
    "push_task_output",
    "runtime_client_for_task",
    "runtime_client_of_superexec",
]


_DOWNLOAD_SECONDS: Final = 600.0


def check_flower() -> None:
    """Raise FederationError unless the installed Flower is the release these names belong to."""
    check_release(version("flwr"))


def keep_loopback_direct() -> None:
    """Keep calls to this machine's own SuperNode out of a proxy that the environment may name."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if "127.0.0.1" not in known:
            os.environ[name] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))


def look_often() -> None:
    """Look for an object that is still on its way every 0.1 s, and for at most 10 minutes.

    Flower waits a second and more between two looks, and up to two hours.
    """
    often = partial(pull_and_inflate_object_from_tree, initial_backoff=0.1, backoff_cap=1.0, max_time=_DOWNLOAD_SECONDS)
    vars(run_clientapp)["pull_and_inflate_object_from_tree"] = often


def child_environment(flower_home: Path) -> Mapping[str, str]:
    """Return the environment of a Flower process that writes under `flower_home` and tells nobody."""
    return {**os.environ, **QUIET, "FLWR_HOME": str(flower_home)}


def runtime_client_of_superexec(address: str, secret: bytes) -> RuntimeHttpClient:
    """Return a client of the SuperNode's runtime at `address` that may acquire tasks."""
    return RuntimeHttpClient.from_server_address(
        address,
        insecure=True,
        root_certificates=None,
        interceptors=[
            SuperExecAuthHttpInterceptor(master_secret=secret, protected_methods={"/flwr.proto.Runtime/AcquireTask"})
        ],
    )


def runtime_client_for_task(address: str, token: str) -> RuntimeHttpClient:
    """Return a client of the SuperNode's runtime at `address` for the task that `token` stands for."""
    # Flower's own retry invoker raises signals in its process; ours is the person's, so errors stay errors.
    return RuntimeHttpClient.from_server_address(
        address, insecure=True, root_certificates=None, interceptors=[RuntimeTokenHttpInterceptor(token)]
    )


def deactivate_node(server: str, ca: Path, key: ec.EllipticCurvePrivateKey, node_id: int) -> None:
    """Tell the server at `server` that node `node_id` is gone; httpx.HTTPError where it does not agree."""
    with FleetHttpClient.from_server_address(
        server, False, str(ca), interceptors=[NodeAuthHttpInterceptor(key, key.public_key())]
    ) as fleet:
        fleet.DeactivateNode(DeactivateNodeRequest(node_id=node_id))
