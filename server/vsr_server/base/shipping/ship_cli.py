"""`vsr-server base ship`: the base that everybody starts from is replaced."""

from pathlib import Path
from typing import Annotated

import typer


def ship(
    file: Annotated[Path, typer.Argument(help="Base file that `vsr-server base train` wrote.", show_default=False)],
    evaluation: Annotated[
        Path, typer.Option(help="What `vsr-server base evaluate --json` said of it.", show_default=False)
    ],
    card: Annotated[Path, typer.Option(help="Model card in which its figures are to stand.")] = Path("MODEL_CARD.md"),
) -> None:
    """Make a base the one that ships with this VSR: checked, recorded by its SHA-256, its figures in the card."""
    from vsr_server.base.shipping.ship import Papers
    from vsr_server.base.shipping.ship import ship as put_in

    record = put_in(file, Papers(evaluation, card))
    typer.echo(f"{record.id} ships: {record.size:,} bytes, SHA-256 {record.sha256}; its figures stand in {card}")
