"""Flower's ClientApp: one person's part in a round a message."""

from functools import lru_cache
from pathlib import Path

from flwr.app import Context, Message
from flwr.clientapp import ClientApp
from threadpoolctl import threadpool_limits

from vsr_shared.weights import Weights
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.people_training import Machines
from vsr_simulations.flower_engine.adapter import answer
from vsr_simulations.flower_engine.plan import read_plan

app = ClientApp()


@app.train()  # type: ignore[misc, unused-ignore]
def train(message: Message, context: Context) -> Message:
    """Answer one message. Each of Ray's actors has a core, and one thread for its matrix products."""
    with threadpool_limits(1, user_api="blas"):
        return Message(answer(message.content, *_of(str(context.run_config["folder"]))), reply_to=message)


@lru_cache(maxsize=1)
def _of(folder: str) -> tuple[Machines, Population, Weights]:
    plan, start = read_plan(Path(folder))
    machines = plan.machines(start, Path(folder))
    return machines, plan.population(start), {**start.weights, **machines.method.beside}
