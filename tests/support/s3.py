"""A server that speaks S3, on loopback, with one empty bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from moto.server import ThreadedMotoServer

from libs.files.settings import FilesSettings


@contextmanager
def s3_bucket(folder: Path, name: str = "hotline-files") -> Iterator[FilesSettings]:
    """The settings of files that lie there."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        httpx.post(f"{endpoint}/moto-api/reset", trust_env=False)  # its buckets belong to the whole process
        httpx.put(f"{endpoint}/{name}", trust_env=False).raise_for_status()
        secret = folder / "s3.secret"
        secret.write_text("only-for-this-test\n")
        yield FilesSettings(s3_bucket=name, s3_endpoint=endpoint, s3_key_id="test", s3_secret_file=secret)
    finally:
        server.stop()
