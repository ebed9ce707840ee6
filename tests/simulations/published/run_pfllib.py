"""Run PFLlib's clients on the small problem and write what they come to; not a test, and no part of the tests' run.

    git clone https://github.com/TsingZ0/PFLlib        # commit d832e76f6a23b833038949ec1e4fdefe63a4d350 (2025-11-29)
    pip install torch==2.13.0                          # beside this project, in an environment of its own
    python -m tests.simulations.published.run_pfllib PFLlib/system tests/simulations/published/pfllib.json

Every local step is PFLlib's (`flcore/clients/client{avg,per,rep,ditto,ala,dbe}.py`, `utils/ALA.py`), with its own SGD.
Written here are the network in torch, the clips in place of its data files, and the server's mean, weighted by clips.
One thing differs from its servers: FedDBE's first pass, which there only finds the mean of representations, counts as
a round of FedAvg, as it does here.
"""

import importlib
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

from tests.simulations.made_people import START
from tests.simulations.published.problem import ETA, KAPPA, LAST, MU, PEOPLE, RATE, ROUNDS, log_odds, moved
from vsr_shared.network.parts import BN_EPSILON
from vsr_shared.network.tail_head import prepare
from vsr_shared.weights import Weights

NAMES = tuple(name for name in START.weights if name not in LAST) + LAST


def network() -> Any:
    """Return tail and head in torch: `base` up to the representation, `head` the last layer; clips come prepared."""
    import torch

    frozen = {name: torch.from_numpy(np.array(array)) for name, array in START.frozen.items()}

    def standardised(maps: Any, name: str, first: int = 0) -> Any:
        mean, variance = (frozen[f"{name}/moving_{one}"][first:] for one in ("mean", "variance"))
        return (maps - mean) / torch.sqrt(variance + BN_EPSILON)

    class Base(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            start = {name: torch.from_numpy(np.array(START.weights[name])) for name in NAMES[:-2]}
            self.arrays = torch.nn.ParameterList([torch.nn.Parameter(start[name]) for name in NAMES[:-2]])

        def forward(self, clips: Any) -> Any:
            of = dict(zip(NAMES, self.arrays, strict=False))
            entry, skip = clips[:, 0], clips[:, 1]
            first = standardised(entry @ of["conv5_block32_1_conv/kernel"][0, 0], "conv5_block32_1_bn")
            first = torch.relu(first * of["conv5_block32_1_bn/gamma"] + of["conv5_block32_1_bn/beta"])
            kernel = of["conv5_block32_2_conv/kernel"].permute(3, 2, 0, 1)
            growth = torch.nn.functional.conv2d(first.permute(0, 3, 1, 2), kernel, padding=1).permute(0, 2, 3, 1)
            maps = torch.cat([skip, standardised(growth, "bn", skip.shape[-1])], dim=-1)
            pooled = torch.relu(maps * of["bn/gamma"] + of["bn/beta"]).mean(dim=(1, 2))
            return torch.relu(pooled @ of["hidden/kernel"] + of["hidden/bias"])

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = Base()
            self.head = torch.nn.Linear(256, 2)
            with torch.no_grad():
                self.head.weight.copy_(torch.from_numpy(START.weights["polarity/kernel"].T.copy()))
                self.head.bias.copy_(torch.from_numpy(START.weights["polarity/bias"].copy()))

        def forward(self, clips: Any) -> Any:
            return self.head(self.base(clips))

    return Network()


def arrays_of(model: Any) -> Weights:
    """Return a torch network's arrays under this project's names."""
    arrays = [parameter.detach().numpy().copy() for parameter in model.parameters()]
    return dict(zip(NAMES, [*arrays[:-2], arrays[-2].T.copy(), arrays[-1]], strict=True))


def data(_: str, number: int, is_train: bool = True, few_shot: int = 0) -> list[Any]:
    """Return one person's clips as PFLlib's reader would: (entry and skip, label)."""
    import torch

    clips = PEOPLE[number].teach if is_train else PEOPLE[number].held_out
    ready = prepare(clips.activations[None], START.frozen)
    pairs = torch.from_numpy(np.stack([ready.entry[0], ready.skip[0]], axis=1))
    return list(zip(pairs, torch.from_numpy(clips.labels), strict=True))


def clients(name: str, **more: Any) -> list[Any]:
    """Return a PFLlib client for each person."""
    module = importlib.import_module(f"flcore.clients.client{name.lower()}")
    for place in (module, importlib.import_module("flcore.clients.clientbase")):
        place.read_client_data = data
    settings = Namespace(
        model=network(), algorithm=name, dataset="", device="cpu", save_folder_name="", num_classes=2, batch_size=8,
        local_learning_rate=RATE, local_epochs=1, few_shot=0, learning_rate_decay_gamma=1.0, learning_rate_decay=False,
        plocal_epochs=1, mu=MU, eta=ETA, rand_percent=100, layer_idx=2, kl_weight=KAPPA, momentum=1.0,
    )  # fmt: skip
    vars(settings).update(more)
    make = getattr(module, f"client{name}")
    return [make(settings, number, 8, 8, train_slow=False, send_slow=False) for number in range(len(PEOPLE))]


def mean_into(target: Any, sources: list[Any]) -> None:
    """Set `target`'s parameters to the mean of those of `sources`: everybody has as many clips."""
    import torch

    with torch.no_grad():
        for mine, *theirs in zip(target.parameters(), *(source.parameters() for source in sources), strict=True):
            mine.copy_(torch.stack(theirs).mean(dim=0))


def run(name: str, common_part: str) -> dict[str, Any]:
    """Return the trajectory of one method; `common_part` is what its server sends: model or base."""
    people, server = clients(name), network()
    part = server.base if common_part == "base" else server
    trajectory = []
    for number in range(ROUNDS):
        for person in people:
            person.local_initialization(server) if name == "ALA" else person.set_parameters(part)
            if name == "Ditto":
                person.ptrain()
            person.train()
        mean_into(part, [person.model.base if common_part == "base" else person.model for person in people])
        if name == "DBE" and number == 0:
            consensus = sum(person.running_mean for person in people) / len(people)
            for person in people:
                person.global_mean = consensus.data.clone()
        common = arrays_of(server)
        trajectory.append({"log_odds": log_odds(common).round(5).tolist(), "moved": moved(common)})
    return {"rounds": trajectory, "own": [own_odds(name, person, server).round(5).tolist() for person in people]}


def own_odds(name: str, person: Any, server: Any) -> np.ndarray:
    """Return what a person uses after the rounds says of everybody's held-out clips, as PFLlib judges it."""
    if name == "ALA":
        person.local_initialization(server)
    elif name in {"Per", "Rep"}:
        person.set_parameters(server.base)
    elif name in {"AVG", "DBE"}:
        person.set_parameters(server)
    arrays = dict(arrays_of(person.model_per if name == "Ditto" else person.model))
    if name == "DBE":
        own = person.client_mean.detach().numpy()
        arrays["polarity/bias"] = arrays["polarity/bias"] + own @ arrays["polarity/kernel"]
    return log_odds(arrays)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    parts = {"AVG": "model", "Per": "base", "Rep": "base", "Ditto": "model", "ALA": "model", "DBE": "model"}
    Path(sys.argv[2]).write_text(json.dumps({name: run(name, part) for name, part in parts.items()}, indent=1) + "\n")
