"""Certificates for receivers on loopback, made on the spot with openssl."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

from tests.programs import require_program

if TYPE_CHECKING:
    from pathlib import Path


def certificate(
    folder: Path, stem: str, *, name: str = "IP:127.0.0.1", signer: Path | None = None, password: str = ""
) -> Path:
    """A PEM file with a certificate and its key, signed by itself or by another such file."""
    key, cert, both = (folder / f"{stem}.{end}" for end in ("key", "crt", "pem"))
    made_by = ["-CA", str(signer), "-CAkey", str(signer)] if signer else []
    subprocess.run(
        [
            *(require_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(("-passout", f"pass:{password}") if password else ("-nodes",)),
            *("-subj", f"/CN={stem}", "-addext", f"subjectAltName={name}"),
            *("-days", "2", *made_by, "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


SAN = "subjectAltName=IP:127.0.0.1"
_AUTHORITY = """
[ca]
default_ca = own
[own]
database = {folder}/{stem}.index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
copy_extensions = copy
policy = any
[any]
commonName = supplied
"""


def expired(folder: Path, stem: str) -> Path:
    """Like `certificate`, but it was good for one day in 2020. Only `openssl ca` takes dates."""
    pem = certificate(folder, stem)
    config, request, cert = (folder / f"{stem}.{end}" for end in ("cnf", "csr", "old"))
    config.write_text(_AUTHORITY.format(folder=folder, stem=stem))
    (folder / f"{stem}.index").touch()
    openssl = require_program("openssl")
    for arguments in (
        ("req", "-new", "-key", pem, "-subj", f"/CN={stem}", "-addext", SAN, "-out", request),
        (
            *("ca", "-batch", "-notext", "-selfsign", "-config", config, "-keyfile", pem, "-in", request),
            *("-startdate", "20200101000000Z", "-enddate", "20200102000000Z", "-out", cert),
        ),
    ):
        subprocess.run([openssl, *map(str, arguments)], check=True, capture_output=True)
    pem.write_bytes((folder / f"{stem}.key").read_bytes() + cert.read_bytes())
    return pem


class _Closing(ssl.SSLSocket):
    """Closed with its last reference: where the other end has torn the connection down before TLS began,
    `wrap_socket` raises, and the socket that it made is nobody's."""

    def __del__(self) -> None:
        self.close()


def server(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = _Closing
    context.load_cert_chain(pem)
    return context
