"""Which user of this machine is at the other end of a connection on loopback, as the kernel knows it.

Cookies know no ports: a page that another user of this machine serves on a port of theirs, opened in this person's
browser, is sent the cookie of this app too. So a cookie alone does not let in where the kernel can say whose the
connection is. Linux says so in /proc/net/tcp (proc(5)); elsewhere nobody is refused for it.
"""

import os
import socket
import struct
from pathlib import Path
from typing import Final

_TABLES: Final = {socket.AF_INET: Path("/proc/net/tcp"), socket.AF_INET6: Path("/proc/net/tcp6")}
_ESTABLISHED: Final = "01"


def is_strangers(client: tuple[str, int], server: tuple[str, int]) -> bool:
    """Say whether the connection from `client` to `server` (addresses on loopback) is another user's.

    False where the system does not tell. One that is gone already counts as a stranger's: nobody waits for its answer.
    """
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    try:
        table = _TABLES[family].read_text()
    except OSError:
        return False
    theirs, ours = _written(family, *client), _written(family, *server)
    rows = [line.split() for line in table.splitlines()[1:]]
    for fields in rows:
        if fields[1:3] == [theirs, ours]:
            owner, state = int(fields[7]), fields[3]
            # Root may do anything anyway, and passes connections on for others; a socket that was let go counts as its.
            return owner != os.getuid() and (owner != 0 or state != _ESTABLISHED)
    # A table in which not even this server stands, as sandboxes have it, tells nothing.
    return any(fields[1] == ours for fields in rows)


def _written(family: socket.AddressFamily, host: str, port: int) -> str:
    """Return an address as the kernel writes it: words of 32 bits in the machine's own order, in hexadecimal."""
    packed = socket.inet_pton(family, host)
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"
