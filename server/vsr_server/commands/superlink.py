"""`vsr-server superlink`: Flower's SuperLink alone, as a container of its own."""

import os
import sys
from pathlib import Path

from vsr_server import settings as s


def superlink(
    runtime_secret: s.RuntimeSecretFile,
    data_dir: s.DataDir = Path("vsr-server-data"),
    host: s.LinkHost = "127.0.0.1",
    port: s.LinkPort = s.SUPERLINK_PORT,
    certificate: s.CertificateFile = None,
    certificate_key: s.CertificateKeyFile = None,
    authority: s.AuthorityFile = None,
) -> None:
    """Run the SuperLink: machines through the app's public port, the coordinator and the app directly.

    Its control interface lets in whoever reaches the port: put it on a network with the app and the coordinator alone.
    """
    from vsr_server.enrolment.certificates import CertificateFiles
    from vsr_server.flower.superlink_options import superlink_options
    from vsr_server.server_folder import ServerFolder
    from vsr_shared.federation.flower_release import QUIET

    folder = ServerFolder(data_dir)
    folder.flower.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Before Flower is imported: it reads its environment then.
    os.environ.update({**QUIET, "FLWR_HOME": str(folder.flower)})
    files = CertificateFiles(
        authority or folder.certificates / "ca.crt",
        certificate or folder.certificates / "server.crt",
        certificate_key or folder.certificates / "server.key",
    )
    sys.argv = ["flower-superlink", *superlink_options(host, port, files, folder.flower, runtime_secret)]

    from vsr_server.flower.flower_internals import check_flower, run_superlink

    check_flower()
    run_superlink()
