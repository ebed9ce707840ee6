"""`vsr open`, which is what `vsr` alone does, and `vsr token`."""

import typer

from vsr_client.settings import AppHost, AppPort, BasePath, DataDir, NoBrowser, Offline, Threads
from vsr_shared.errors import StoreError


def open_app(
    data_dir: DataDir,
    port: AppPort = 0,
    host: AppHost = "127.0.0.1",
    no_browser: NoBrowser = False,
    base: BasePath = None,
    threads: Threads = None,
    offline: Offline = False,
) -> None:
    """Open VSR's pages in your browser; it answers on this machine alone. What `vsr` without a command does."""
    from vsr_client.app.runtime import Options
    from vsr_client.app.serve import Listening, serve

    def say(line: str) -> None:
        typer.echo(f"vsr: {line}")

    serve(Options(data_dir, base, threads, offline), Listening(host, port, not no_browser), say)


def token(data_dir: DataDir) -> None:
    """Print the running app's address and the token with which scripts may use its API."""
    from vsr_client.app.instance import is_claimed, running

    if not is_claimed(data_dir):
        raise StoreError(f"no VSR runs on the data folder {data_dir}; start it with `vsr`")
    found = running(data_dir)
    typer.echo(f"{found.url}\n{found.token}")
