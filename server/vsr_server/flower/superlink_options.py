"""The options of Flower's SuperLink as this project runs it, alone or as a child: TLS, known nodes, no code."""

from pathlib import Path

from vsr_server.enrolment.certificates import CertificateFiles


def superlink_options(
    host: str, port: int, certificates: CertificateFiles, folder: Path, runtime_secret: Path
) -> list[str]:
    """Return the options of a SuperLink on `host` and `port` that keeps its database in `folder`.

    `--isolation process` means that it starts nothing itself: tasks go to whoever holds the secret in the file
    `runtime_secret`.
    """
    options = ["--host", host, "--port", str(port)]
    options += ["--ssl-certfile", str(certificates.certificate), "--ssl-keyfile", str(certificates.key)]
    options += ["--ssl-ca-certfile", str(certificates.authority), "--enable-supernode-auth"]
    options += ["--database", str(folder / "superlink.db"), "--isolation", "process"]
    options += ["--superexec-auth-secret-file", str(runtime_secret)]
    return [*options, "--disable-runtime-dependency-installation"]
