"""A link to the dashboard that runs on a data folder, made with the operator's token. The token itself goes nowhere."""

import time
from pathlib import Path

import httpx

from vsr_server.dashboard.announced import dashboard_of
from vsr_server.dashboard.tickets import make_ticket
from vsr_server.dashboard.tokens import ADMIN, token
from vsr_shared.errors import FederationError, StoreError


def one_time_link(folder: Path) -> str:
    """Return a link that lets one browser in; FederationError where no dashboard runs on `folder` or it is silent.

    Raises StoreError where the token cannot be read.
    """
    found = dashboard_of(folder)
    if not (folder / ADMIN).exists():
        raise StoreError(f"{folder / ADMIN} is missing, though a dashboard runs; start the server again")
    try:
        httpx.get(f"{found.url}/healthz", timeout=10, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise FederationError(f"the dashboard at {found.url} does not answer; see whether the server runs") from error
    return f"{found.url}/enter?token={make_ticket(token(folder, ADMIN), found.run, time.time())}"
