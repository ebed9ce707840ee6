"""The coordinator in the place of Flower's ServerApp process: it takes the task of a run and acts on its grid.

The run carries a bundle without code. Runs that anybody else submits to the SuperLink are taken too and ended
as failed: the runtime's secret is the coordinator's alone, so nothing else could ever execute them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from vsr_server.flower import flower_internals as flower
from vsr_server.flower.link import Link
from vsr_shared.errors import FederationError

_TASK_SECONDS: Final = 30.0


@contextmanager
def coordinator_task(link: Link) -> Iterator[flower.HttpGrid]:
    """Start a run on `link`, take its task and yield its grid; httpx.HTTPError where the SuperLink goes away."""
    with flower.control_client(link.address, link.authority) as control:
        # A server that was killed left a run that Flower believes in for a minute more; until then machines
        # would wait for the rest of its last message.
        for run in control.ListRuns(flower.ListRunsRequest()).run_dict.values():
            if run.status.status != flower.Status.FINISHED:
                control.StopRun(flower.StopRunRequest(run_id=run.run_id))
        run_id = control.StartRun(flower.start_run_request()).run_id
    grid = flower.grid_for_task(link.address, link.authority, _take_task(link, run_id))
    client = grid._runtime_client
    heartbeat = flower.HeartbeatSender(lambda: _beat(client))
    heartbeat.start()
    outcome, details = flower.SubStatus.FAILED, "the coordinator did not finish"
    try:
        task = client.PullTaskInput(flower.PullTaskInputRequest())
        flower.TaskIdentity.task_id = task.task_id
        flower.TaskIdentity.run_id = task.run.run_id
        flower.TaskIdentity.node_id = task.context.node_id
        grid.set_run(flower.run_from_proto(task.run))
        yield grid
        outcome, details = flower.SubStatus.COMPLETED, ""
    finally:
        heartbeat.stop()
        if link.running:
            _end_task(client, outcome, details)
        grid.close()


def _take_task(link: Link, run_id: int) -> str:
    executor = flower.runtime_client_of_superexec(link.address, link.authority, link.secret)
    request = flower.AcquireTaskRequest(supported_task_types=list(flower.TaskType))
    deadline = time.monotonic() + _TASK_SECONDS
    with executor:
        while time.monotonic() < deadline:
            response = executor.AcquireTask(request)
            if response.token and response.task.run_id == run_id:
                return response.token
            if response.token:
                with flower.runtime_client_for_task(link.address, link.authority, response.token) as stranger:
                    _end_task(stranger, flower.SubStatus.FAILED, "this server runs nothing but its own rounds")
            else:
                time.sleep(0.1)
    raise FederationError("Flower's SuperLink did not hand out the task of the coordinator's own run")


def _end_task(client: flower.RuntimeHttpClient, outcome: str, details: str) -> None:
    try:
        client.PushTaskOutput(flower.PushTaskOutputRequest(sub_status=outcome, details=details))
    except httpx.HTTPError:
        # A run that is not signed off counts as failed, which a SuperLink that went away is in any case.
        return


def _beat(client: flower.RuntimeHttpClient) -> bool:
    try:
        client.SendTaskHeartbeat(flower.SendTaskHeartbeatRequest())
    except httpx.HTTPError:
        # The rounds' own calls meet the same trouble and say so.
        return True
    return True
