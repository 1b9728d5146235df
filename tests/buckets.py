"""An object store on this machine: moto's S3 server on loopback, with one empty bucket."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def bucket() -> Iterator[str]:
    """Start a server, let everything that starts now find it, and yield the bucket's address."""
    server = pytest.importorskip("moto.server", reason="needs moto: pip install 'affectory[dev]'")
    serving = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    serving.start()
    host, port = serving.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
    }
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            made = urllib.request.Request(f"{told['AWS_ENDPOINT_URL']}/talks", method="PUT")
            urllib.request.urlopen(made).close()
            yield "s3://talks"
    finally:
        serving.stop()
