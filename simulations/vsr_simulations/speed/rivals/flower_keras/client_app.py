"""The quickstart's client: the model is built, given the common weights, and fitted."""

from pathlib import Path

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from quickstart.task import load_data, load_model, read

app = ClientApp()


@app.train()  # type: ignore[misc, unused-ignore]
def train(message: Message, context: Context) -> Message:
    """Train on one person's clips."""
    import keras

    keras.backend.clear_session()
    folder = Path(str(context.run_config["folder"]))
    said, person = read(folder), int(str(context.node_config["partition-id"]))
    model = load_model(folder)
    model.set_weights(message.content.array_records["arrays"].to_numpy_ndarrays())
    inputs, labels = load_data(folder, person)
    history = model.fit(inputs, labels, epochs=said["epochs"], batch_size=said["batch_size"], verbose=0)
    loss = float(history.history["loss"][-1])
    metrics = MetricRecord({"num-examples": len(labels), "train_loss": loss})
    content = RecordDict({"arrays": ArrayRecord(model.get_weights()), "metrics": metrics})
    return Message(content, reply_to=message)
