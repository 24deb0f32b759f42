"""Asks a Kafka address, with no client library and no event loop, whether a broker there is ready to serve."""

import socket
import struct
from contextlib import suppress

# A Metadata request, version 1, for no topic: length, API key, API version, correlation id, no client id, no topics.
_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)
# The answer begins: length, correlation id, number of brokers. A broker that may not serve yet is not counted.
_ANSWER = struct.Struct(">iii")


def answers(host: str, port: int) -> bool:
    """Whether a broker answers there and counts at least one broker, itself, as alive."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1) as connection:
        connection.sendall(_REQUEST)
        with connection.makefile("rb") as answer:
            head = answer.read(_ANSWER.size)
        return len(head) == _ANSWER.size and bool(_ANSWER.unpack(head)[2] > 0)
    return False
