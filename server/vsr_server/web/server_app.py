"""The server app put together: database, keys, registry, enrolment, and the two ports that show them."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_server.durable_file import write_durably
from vsr_server.server_folder import ServerFolder
from vsr_server.web.fleet_proxy import FleetProxy
from vsr_server.web.limits import PublicLimits
from vsr_server.web.public import create_public_app
from vsr_server.web.serving import Certificate, Door, admin_server, bound, public_server, serve_both
from vsr_server.web.trusted_proxies import TrustedProxies
from vsr_shared.errors import FederationError, UsageError
from vsr_shared.federation.address import parse_address

LONGEST_END_SECONDS: Final = 8.0


@dataclass(frozen=True)
class AppPlan:
    """What the operator wants of the server app."""

    data_dir: Path
    superlink: str
    """host:port."""
    authority: Path
    """Certificate, PEM, that the SuperLink's is signed by."""
    certificate: Certificate
    public: Door
    address: str
    """Where people's machines come to, host:port, for invitations; empty where it is as it was."""
    admin: Door
    trusted: TrustedProxies
    limits: PublicLimits


def run_server_app(plan: AppPlan) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises UsageError where a setting cannot be, FederationError where a port, a file or the database cannot be used.
    """
    from vsr_server.dashboard.app import create_admin_app
    from vsr_server.dashboard.superlink import SuperLinkAt
    from vsr_server.database import database_url, open_database
    from vsr_server.database.tables import Setting
    from vsr_server.enrolment.federation_keys import federation_keys
    from vsr_server.enrolment.nodes import teller
    from vsr_server.enrolment.routes import router as enrolment_router
    from vsr_server.registry.routes import router as model_router
    from vsr_server.web.known_machines import known_in

    for address in filter(None, (plan.superlink, plan.address)):
        parse_address(address)
    folder = ServerFolder(plan.data_dir)
    authority = _known_authority(folder, plan.authority)
    for file in (plan.certificate.chain, plan.certificate.key):
        if not file.is_file():
            raise UsageError(f"there is no certificate {file}; make it with `vsr-server prepare`, or name another")
    with (
        closing(open_database(database_url(folder.root), folder.root)) as database,
        bound(plan.public) as public,
        bound(plan.admin) as admin,
    ):
        if plan.address:
            with database.session() as session:
                session.merge(Setting(name="address", value=plan.address))
        federation_keys(folder)  # made at the first start; damage is found before anybody asks
        fleet = FleetProxy(plan.superlink, authority, plan.limits, known_in(database))
        routers = [
            enrolment_router(database, folder, teller(plan.superlink, authority)),
            model_router(database, folder.root),
        ]
        public_app = create_public_app(fleet, routers, plan.limits)
        behind = SuperLinkAt(plan.superlink, authority)
        admin_app = create_admin_app(database, folder.root, port=admin.getsockname()[1], superlink=behind)
        serve_both(
            (public_server(public_app, plan.certificate, plan.limits, plan.trusted), public),
            (admin_server(admin_app), admin),
            plan.limits.header_seconds,
        )


def _known_authority(folder: ServerFolder, named: Path) -> bytes:
    """Return the authority's certificate, kept in the data folder too: invitations carry it."""
    kept = folder.certificates / "ca.crt"
    try:
        found = named.read_bytes()
        if not kept.exists() or kept.read_bytes() != found:
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(kept, found)
    except OSError as error:
        raise FederationError(f"the authority's certificate {named} cannot be used ({error.strerror})") from error
    return found
