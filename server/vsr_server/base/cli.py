"""`vsr-server base`: train a base on corpora of voices, and evaluate one on speakers it never heard."""

import typer

from vsr_server.base.evaluation.compare_cli import compare
from vsr_server.base.evaluation.evaluate_cli import evaluate
from vsr_server.base.shipping.ship_cli import ship
from vsr_server.base.training.train_cli import train

app = typer.Typer(no_args_is_help=True, help="The base model: train it, evaluate it.")

app.command()(train)
app.command()(compare)
app.command()(ship)
app.command()(evaluate)
