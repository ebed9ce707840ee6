"""`vsr-server dashboard`: a one-time link to the operator's pages of the server that runs."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from vsr_server import settings as s


def dashboard(
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in this machine's browser, too.")] = False,
    data_dir: s.DataDir = Path("vsr-server-data"),
    as_json: s.AsJson = False,
) -> None:
    """Print a link to the dashboard. It lets one browser in, once, within ten minutes."""
    from vsr_server.dashboard.one_time_link import one_time_link

    link = one_time_link(data_dir)
    typer.echo(json.dumps({"link": link}) if as_json else f"open {link}")
    if open_browser and (sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        import webbrowser

        webbrowser.open(link)
