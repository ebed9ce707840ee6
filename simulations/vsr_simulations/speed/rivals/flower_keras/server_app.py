"""The quickstart's server: FedAvg over everybody, its rounds timed."""

import json
import time
from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from .task import load_model, read

app = ServerApp()


@app.main()  # type: ignore[misc, unused-ignore]
def main(grid: Grid, context: Context) -> None:
    """Run the rounds; the folder then holds their seconds and the common model."""
    folder = Path(str(context.run_config["folder"]))
    said, model = read(folder), load_model(folder)
    ends: list[float] = []

    def ended(number: int, arrays: ArrayRecord) -> MetricRecord | None:
        ends.append(time.perf_counter())
        return None

    people = said["people"]
    strategy = FedAvg(fraction_train=1.0, fraction_evaluate=0.0, min_train_nodes=people, min_available_nodes=people)
    start = ArrayRecord(model.get_weights())
    result = strategy.start(grid, start, num_rounds=said["rounds"], evaluate_fn=ended)
    model.set_weights(result.arrays.to_numpy_ndarrays())
    named = {
        f"{layer.name}/{variable.name}": variable.numpy() for layer in model.layers for variable in layer.variables
    }
    np.savez(folder / "flower_keras.npz", **named)
    partial = folder / "flower_keras.partial"
    partial.write_text(json.dumps({"rounds": list(np.diff(ends)), "threads": said["cores"]}))
    partial.rename(folder / "flower_keras.json")
