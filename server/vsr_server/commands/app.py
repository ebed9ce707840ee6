"""`vsr-server app`: the public port and the operator's port, as a process or a container of its own."""

from pathlib import Path
from typing import Annotated

import typer

from vsr_server import settings as s


def app(
    superlink: s.SuperLinkAddress,
    data_dir: s.DataDir = Path("vsr-server-data"),
    host: s.PublicHost = "127.0.0.1",
    port: s.PublicPort = s.PUBLIC_PORT,
    address: s.PublicAddress = "",
    admin_host: s.AdminHost = "127.0.0.1",
    admin_port: s.AdminPort = s.ADMIN_PORT,
    authority: s.AuthorityFile = None,
    certificate: s.CertificateFile = None,
    certificate_key: s.CertificateKeyFile = None,
    trusted_proxies: s.TrustedProxies = "",
    idle_seconds: s.IdleSeconds = 15.0,
    connections_per_address: s.ConnectionsPerAddress = 64,
    with_parent: Annotated[bool, typer.Option("--end-with-parent", hidden=True)] = False,
) -> None:
    """Serve the public port (enrolment, models, the machines' way to the SuperLink) and the dashboard."""
    import signal
    from dataclasses import replace

    from vsr_server.end_with_parent import end_with_parent
    from vsr_server.web.limits import PublicLimits
    from vsr_server.web.server_app import LONGEST_END_SECONDS, AppPlan, run_server_app
    from vsr_server.web.serving import Certificate, Door
    from vsr_server.web.trusted_proxies import TrustedProxies

    if with_parent:
        end_with_parent(signal.SIGTERM, LONGEST_END_SECONDS)
    bounds = PublicLimits()
    certificates = data_dir / "certificates"
    run_server_app(
        AppPlan(
            data_dir,
            superlink,
            authority or certificates / "ca.crt",
            Certificate(certificate or certificates / "server.crt", certificate_key or certificates / "server.key"),
            public=Door(host, port),
            address=address,
            admin=Door(admin_host, admin_port),
            trusted=TrustedProxies(trusted_proxies),
            limits=replace(
                bounds,
                idle_seconds=idle_seconds,
                header_seconds=min(bounds.header_seconds, idle_seconds),
                connections_per_address=connections_per_address,
            ),
        )
    )
