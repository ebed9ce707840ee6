"""The pinned local app: code installed on this machine answers the rounds, never code that a server sends.

A SuperNode under `--isolation process` waits for somebody at its runtime on loopback to take its tasks. Stock,
that is Flower's SuperExec, which starts an app process that unpacks and imports the bundle (FAB) the server
pushed. Here the `vsr` process itself takes the task, hands the message to a Python callable and pushes the
reply: the bundle comes along in the task's input and is dropped unopened.
"""

from collections.abc import Callable
from typing import Final

import httpx
from flwr.app import RecordDict

from vsr_client import flower_internals as flower
from vsr_shared.errors import FederationError, RefusedRound

Answer = Callable[[RecordDict], RecordDict]
"""From an offer's records to a reply's. RefusedRound's message is sent back; other errors' messages are not."""

FAILED_HERE: Final = "the training did not succeed on this machine"


class Agent:
    """Takes the tasks of the SuperNode whose runtime listens at `address` (host:port on loopback)."""

    def __init__(self, address: str, secret: bytes, answer: Answer) -> None:
        self._address = address
        self._answer = answer
        self._executor = flower.runtime_client_of_superexec(address, secret)

    def close(self) -> None:
        """Let go of the connection."""
        self._executor.close()

    def take_task(self) -> bool:
        """Take and finish one task if one waits; False where none does.

        Raises FederationError where the SuperNode does not answer.
        """
        request = flower.AcquireTaskRequest(supported_task_types=[flower.TaskType.CLIENT_APP])
        try:
            response = self._executor.AcquireTask(request)
            if not response.token:
                return False
            self._finish_task(response.token)
        except httpx.HTTPError as error:
            raise FederationError(f"the SuperNode on this machine does not answer ({error})") from error
        return True

    def _finish_task(self, token: str) -> None:
        client = flower.runtime_client_for_task(self._address, token)
        heartbeat = flower.HeartbeatSender(lambda: _beat(client))
        heartbeat.start()
        try:
            try:
                message, context, _run, _unopened_bundle = flower.pull_task_input(client)
            except (flower.ObjectPullError, RuntimeError, ValueError, KeyError, TypeError) as error:
                # The message went away or cannot be inflated: there is nothing to reply to.
                flower.push_task_output(client, None, flower.SubStatus.FAILED, str(error))
                return
            flower.push_message(client, self._reply_to(message), context)
            flower.push_task_output(client, None, flower.SubStatus.COMPLETED, "")
        finally:
            heartbeat.stop()
            client.close()

    def _reply_to(self, message: flower.Message) -> flower.Message:
        try:
            return flower.Message(self._answer(message.content), reply_to=message)
        except RefusedRound as refusal:
            reason = str(refusal)
        except Exception:  # whatever went wrong here is this person's business, and the node stays alive
            reason = FAILED_HERE
        error = flower.Error(flower.ErrorCode.CLIENT_APP_RAISED_EXCEPTION, reason)
        return flower.Message(error, reply_to=message)


def _beat(client: flower.RuntimeHttpClient) -> bool:
    try:
        client.SendTaskHeartbeat(flower.SendTaskHeartbeatRequest())
    except httpx.HTTPError:
        # The task's own calls meet the same trouble and say so; a failed beat alone is no reason to stop.
        return True
    return True
