"""Certificates that strict clients take, for the hosts they name and for nobody else."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.kafka.certificates import RENEWED_BEFORE, SERVER_LASTS, Identity, authority, issue, serves

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def signer() -> Identity:
    return authority("Test", NOW)


def handshake(folder: Path, server: Identity, trusted: Identity, host: str) -> None:
    """A whole TLS handshake over a pair of sockets, with all that Python can be strict about."""
    (folder / "server.pem").write_text(server.pem)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "server.pem")
    asking = ssl.create_default_context(cadata=trusted.certificate)
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def answer() -> None:
        with theirs:
            try:
                serving.wrap_socket(theirs, server_side=True).close()
            except (ssl.SSLError, OSError):
                return  # the client has hung up, and says why

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with ours, asking.wrap_socket(ours, server_hostname=host):
            pass
    finally:
        thread.join()


@pytest.mark.parametrize("host", ["kafka", "127.0.0.1"])
def test_a_strict_client_trusts_it(tmp_path: Path, signer: Identity, host: str) -> None:
    """By name and by address."""
    handshake(tmp_path, issue(signer, ["kafka", "127.0.0.1"], NOW), signer, host)


def test_not_for_another_host(tmp_path: Path, signer: Identity) -> None:
    """Even in the same network."""
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'postgres'"):
        handshake(tmp_path, issue(signer, ["kafka"], NOW), signer, "postgres")


def test_not_from_another_authority_of_the_same_name(tmp_path: Path, signer: Identity) -> None:
    """A name proves nothing."""
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, issue(authority("Test", NOW), ["kafka"], NOW), signer, "kafka")


def test_a_certificate_is_kept_until_it_soon_runs_out(signer: Identity) -> None:
    """And only while it is for the same hosts and from the same authority; anything else is made anew."""
    pem = issue(signer, ["kafka"], NOW).pem
    assert serves(pem, signer, ["kafka"], NOW + SERVER_LASTS - RENEWED_BEFORE - timedelta(days=1))
    assert not serves(pem, signer, ["kafka"], NOW + SERVER_LASTS - RENEWED_BEFORE)
    assert not serves(pem, signer, ["kafka", "localhost"], NOW)
    assert not serves(pem, authority("Test", NOW), ["kafka"], NOW)
    assert not serves("", signer, ["kafka"], NOW)
