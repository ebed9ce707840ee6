"""The server's certificates stand up to a real TLS handshake, and its keys are its own."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vsr_client.server_check import check_server
from vsr_server.enrolment.certificates import CertificateFiles, make_certificates
from vsr_shared.errors import FederationError, ServerUnreachable, UntrustedServer, UsageError

NOW = datetime.now(UTC)


class TlsServer:
    """Answers one TLS handshake after the other on a free port."""

    def __init__(self, files: CertificateFiles) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(files.certificate, files.key)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(accepted, server_side=True):
                    pass
            except OSError:
                accepted.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


def test_a_client_trusts_the_server_by_its_authority_and_no_other(tmp_path: Path) -> None:
    files = make_certificates(tmp_path / "a", NOW)
    other = make_certificates(tmp_path / "b", NOW)
    server = TlsServer(files)
    try:
        check_server(server.address, files.authority)
        check_server(server.address.replace("127.0.0.1", "localhost"), files.authority)
        with pytest.raises(UntrustedServer, match=r"right ca\.crt"):
            check_server(server.address, other.authority)
    finally:
        server.close()


def test_an_expired_certificate_is_not_trusted_and_is_made_anew(tmp_path: Path) -> None:
    files = make_certificates(tmp_path, NOW - timedelta(days=400))
    server = TlsServer(files)
    try:
        with pytest.raises(UntrustedServer, match="expired"):
            check_server(server.address, files.authority)
    finally:
        server.close()
    authority = files.authority.read_bytes()
    server = TlsServer(make_certificates(tmp_path, NOW))
    try:
        check_server(server.address, files.authority)
    finally:
        server.close()
    assert files.authority.read_bytes() == authority, "people keep the authority they were given"


def test_a_second_start_keeps_the_certificates(tmp_path: Path) -> None:
    first = make_certificates(tmp_path, NOW).certificate.read_bytes()
    assert make_certificates(tmp_path, NOW).certificate.read_bytes() == first


def test_private_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    make_certificates(tmp_path, NOW)
    for key in tmp_path.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0


def test_damaged_certificates_are_named(tmp_path: Path) -> None:
    make_certificates(tmp_path, NOW).certificate.write_text("nonsense")
    with pytest.raises(FederationError, match="damaged"):
        make_certificates(tmp_path, NOW)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    files = make_certificates(tmp_path, NOW)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="nothing answers"):
        check_server(f"127.0.0.1:{port}", files.authority)


def test_somebody_who_does_not_speak_tls(tmp_path: Path) -> None:
    files = make_certificates(tmp_path, NOW)
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            accepted, _ = plain.accept()
            with accepted:
                accepted.recv(100)
                accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UntrustedServer, match="TLS"):
            check_server(f"127.0.0.1:{plain.getsockname()[1]}", files.authority)
        thread.join()


@pytest.mark.parametrize("address", ["", "host", "host:", ":1", "host:0", "host:70000", "https://host:443", "h:x"])
def test_an_address_that_is_none(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="host:port"):
        check_server(address, tmp_path / "ca.crt")


def test_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("nonsense")
    for name in ("ca.crt", "missing.crt"):
        with pytest.raises(UsageError, match="ask the operator"):
            check_server("127.0.0.1:1", tmp_path / name)
