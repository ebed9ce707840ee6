"""The quickstart's server: FedAvg over everybody, its rounds timed."""

import json
import os
import time
from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from quickstart.task import load_model, read

app = ServerApp()


@app.main()  # type: ignore[misc, unused-ignore]
def main(grid: Grid, context: Context) -> None:
    """Run the rounds; the folder then holds their seconds and the common model."""
    folder = Path(str(context.run_config["folder"]))
    said, model = read(folder), load_model(folder)
    ends: list[tuple[float, float]] = []

    def ended(number: int, arrays: ArrayRecord) -> MetricRecord | None:
        ends.append((time.perf_counter(), processor_seconds(os.getpid())))
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
    rounds, processor = np.diff(ends, axis=0).T.tolist()
    partial.write_text(json.dumps({"rounds": rounds, "processor": processor, "threads": said["cores"]}))
    partial.rename(folder / "flower_keras.json")


def processor_seconds(root: int) -> float:
    """Return the processor time of this process and of all beneath it: Ray's own processes and its actors.

    Linux alone keeps it in /proc (proc(5): field 4 is the parent, 14 to 17 are clock ticks); elsewhere it is not known.
    """
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = sum(map(int, fields[11:15]))
    beneath = {root}
    while more := {child for child, parent in parents.items() if parent in beneath} - beneath:
        beneath |= more
    return sum(ticks.get(one, 0) for one in beneath) / os.sysconf("SC_CLK_TCK")
