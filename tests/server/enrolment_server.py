"""A server that lets machines in, over real TLS on loopback."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import APIRouter, FastAPI


@contextmanager
def serving(routers: Sequence[APIRouter], certificates: Path) -> Iterator[str]:
    """Serve `routers` with the certificate in `certificates`; gives host:port."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    files = {"ssl_certfile": certificates / "server.crt", "ssl_keyfile": certificates / "server.key"}
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", **files)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
