"""The pinned local app: code installed on this machine answers the rounds, never code that a server sends.

A SuperNode under `--isolation process` waits for somebody at its runtime on loopback to take its tasks. Stock,
that is Flower's SuperExec, which starts an app process that unpacks and imports the bundle (FAB) the server
pushed. Here the `vsr` process itself takes the task, hands the message to a Python callable and pushes the
reply: the bundle comes along in the task's input and is dropped unopened.
"""

import threading
from collections.abc import Callable
from typing import Final

import httpx
from flwr.app import RecordDict

from vsr_client import flower_internals as flower
from vsr_shared.errors import FederationError, RefusedRound

Answer = Callable[[RecordDict], RecordDict]
"""From an offer's records to a reply's. What a RefusedRound has `told` is sent back; other errors' messages are not."""

FAILED_HERE: Final = "the training did not succeed on this machine"


class Agent:
    """Takes the tasks of the SuperNode whose runtime listens at `address` (host:port on loopback)."""

    def __init__(self, address: str, secret: bytes, answer: Answer) -> None:
        self._address = address
        self._answer = answer
        self._executor = flower.runtime_client_of_superexec(address, secret)
        self._deliveries: list[_Delivery] = []

    def close(self) -> None:
        """Let go of every connection."""
        for delivery in self._deliveries:
            delivery.close()
        self._executor.close()

    def take_task(self) -> bool:
        """Take a task if one waits and answer a message if one has arrived; False where there was neither.

        Raises FederationError where the SuperNode does not answer.
        """
        # A task for a bundle that calls itself an agent is taken too, and left: its SuperNode gives it up after
        # a minute and goes on, where it would wait for ever for somebody to take it.
        request = flower.AcquireTaskRequest(
            supported_task_types=[flower.TaskType.CLIENT_APP, flower.TaskType.AGENT_APP]
        )
        try:
            response = self._executor.AcquireTask(request)
            if response.token and response.task.type == flower.TaskType.CLIENT_APP:
                self._deliveries.append(_Delivery(self._address, response.token))
            arrived = [delivery for delivery in self._deliveries if delivery.arrived]
            for delivery in arrived:
                self._deliveries.remove(delivery)
                delivery.reply(self._answer)
        except httpx.HTTPError as error:
            raise FederationError(f"the SuperNode on this machine does not answer ({error})") from error
        return bool(arrived)


class _Delivery:
    """A task on its way in.

    A server that dies while it sends leaves a task whose message never comes; it must not hold up the next one.
    """

    def __init__(self, address: str, token: str) -> None:
        self._client = flower.runtime_client_for_task(address, token)
        self._heartbeat = flower.HeartbeatSender(self._beat)
        self._heartbeat.start()
        self._received: tuple[flower.Message, flower.Context] | None = None
        self._thread = threading.Thread(target=self._pull, daemon=True)
        self._thread.start()

    @property
    def arrived(self) -> bool:
        """Whether the message is there, or will never be."""
        return not self._thread.is_alive()

    def reply(self, answer: Answer) -> None:
        """Answer the message if one came."""
        try:
            if self._received is not None:
                message, context = self._received
                flower.push_message(self._client, _reply_to(message, answer), context)
                flower.push_task_output(self._client, None, flower.SubStatus.COMPLETED, "")
        finally:
            self.close()

    def close(self) -> None:
        """Stop claiming the task; one that is unanswered then is reported as failed by the SuperNode itself."""
        if self._heartbeat.is_running:
            self._heartbeat.stop()
        self._client.close()

    def _pull(self) -> None:
        try:
            message, context, _run, _unopened_bundle = flower.pull_task_input(self._client)
        except Exception:  # whatever a server sent that cannot be taken in, there is nothing here to answer
            return
        self._received = message, context

    def _beat(self) -> bool:
        try:
            self._client.SendTaskHeartbeat(flower.SendTaskHeartbeatRequest())
        except (httpx.HTTPError, RuntimeError):
            # The task's own calls meet the same trouble and say so; a failed beat alone is no reason to stop.
            return True
        return True


def _reply_to(message: flower.Message, answer: Answer) -> flower.Message:
    try:
        return flower.Message(answer(message.content), reply_to=message)
    except RefusedRound as refusal:
        reason = refusal.told
    except Exception:  # whatever went wrong here is this person's business, and the node stays alive
        reason = FAILED_HERE
    return flower.Message(flower.Error(flower.ErrorCode.CLIENT_APP_RAISED_EXCEPTION, reason), reply_to=message)
