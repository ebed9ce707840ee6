"""The task in PyTorch: people's kept activations, and the same layers with the same numbers to begin with."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

BN_EPSILON = 1.001e-5
ADAM_EPSILON = 1e-7


class Task:
    """What `speed.task` wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, Any] = json.loads((folder / "task.json").read_text())
        with np.load(folder / "people.npz") as people:
            inputs = torch.from_numpy(people["inputs"])
            self.inputs = inputs if inputs.ndim == 3 else inputs.permute(0, 1, 4, 2, 3).contiguous()
            self.labels = torch.from_numpy(people["labels"])
        with np.load(folder / "model.npz") as model:
            self.model = {name: model[name] for name in model.files}

    def network(self) -> nn.Module:
        """Return the network as the rounds start."""
        return Network(self.model, self.said["part"] == "head")

    def adam(self, parameters: Any, lr: float) -> torch.optim.Optimizer:
        """Return a person's optimiser, in the fastest form that PyTorch has of it."""
        return torch.optim.Adam(parameters, lr=lr, eps=ADAM_EPSILON, fused=True)

    def leave(self, name: str, network: nn.Module) -> None:
        """Leave the common model for whoever compares."""
        state = {key.replace("__", "/"): value.detach().numpy() for key, value in network.named_parameters()}
        np.savez(self.folder / f"{name}.npz", **{key: as_keras(key, value) for key, value in state.items()})  # type: ignore[arg-type]


class Network(nn.Module):  # type: ignore[misc, unused-ignore]
    """Tail and head behind the cut, or the head alone over what the tail hands to it."""

    def __init__(self, model: dict[str, np.ndarray], head_alone: bool) -> None:
        super().__init__()
        self.head_alone = head_alone
        for name, value in model.items():
            mine = torch.from_numpy(as_torch(name, value).copy())
            key = name.replace("/", "__")
            if name.split("/")[0] in ("hidden", "polarity") or not (head_alone or frozen(name)):
                self.register_parameter(key, nn.Parameter(mine))
            elif not head_alone:
                self.register_buffer(key, mine)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return logits (n, 2) of activations (n, 1888, h, w), or of features (n, 1920)."""
        pooled = inputs if self.head_alone else self._tail(inputs)
        hidden = torch.relu(nn.functional.linear(pooled, self.hidden__kernel, self.hidden__bias))
        return nn.functional.linear(hidden, self.polarity__kernel, self.polarity__bias)

    def loss(self, inputs: torch.Tensor, labels: torch.Tensor, **_: Any) -> torch.Tensor:
        """Return the mean cross-entropy; pfl-research asks for it by this name."""
        return nn.functional.cross_entropy(self(inputs), labels)

    def metrics(self, inputs: torch.Tensor, labels: torch.Tensor, **_: Any) -> dict[str, Any]:
        """Return no figures: nobody is judged while time is taken."""
        return {}

    def _tail(self, raw: torch.Tensor) -> torch.Tensor:
        entry = torch.relu(self._normalised(raw, "conv5_block32_0_bn"))
        out = nn.functional.conv2d(entry, self.conv5_block32_1_conv__kernel)
        out = torch.relu(self._normalised(out, "conv5_block32_1_bn"))
        out = nn.functional.conv2d(out, self.conv5_block32_2_conv__kernel, padding=1)
        out = torch.relu(self._normalised(torch.cat([raw, out], 1), "bn"))
        return out.mean((2, 3))

    def _normalised(self, maps: torch.Tensor, layer: str) -> torch.Tensor:
        def of(name: str) -> torch.Tensor:
            value: torch.Tensor = getattr(self, f"{layer}__{name}")
            return value

        stored = of("moving_mean"), of("moving_variance")
        return nn.functional.batch_norm(maps, *stored, of("gamma"), of("beta"), training=False, eps=BN_EPSILON)


def frozen(name: str) -> bool:
    """Return whether an array is never trained."""
    return "moving" in name or name.startswith("conv5_block32_0_bn")


def as_torch(name: str, value: np.ndarray) -> np.ndarray:
    """Return a kernel with its axes as PyTorch has them; anything else as it is."""
    if not name.endswith("kernel"):
        return value
    return value.transpose(3, 2, 0, 1) if value.ndim == 4 else value.T


def as_keras(name: str, value: np.ndarray) -> np.ndarray:
    """Return what `as_torch` was given."""
    if not name.endswith("kernel"):
        return value
    return value.transpose(2, 3, 1, 0) if value.ndim == 4 else value.T
