"""Reaches a server inside a network namespace of its own.

Started inside that namespace (``nsenter -n``) with sockets that listen outside of it: what is accepted on them, on the
host's loopback, is handed on to a port inside. Ends when its standard input is closed, thus with whoever started it.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

CONNECT_SECONDS = 5.0
BUFFER = 1 << 18


def _copy(source: socket.socket, destination: socket.socket) -> None:
    try:
        while data := source.recv(BUFFER):
            destination.sendall(data)
        destination.shutdown(socket.SHUT_WR)
    except OSError:
        # Either end is gone: the other shall see it, and so shall the copy in the other direction.
        for one in (source, destination):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _serve(client: socket.socket, port: int) -> None:
    try:
        server = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS)
    except OSError:
        client.close()
        return
    server.settimeout(None)
    for one in (client, server):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    back = threading.Thread(target=_copy, args=(server, client), daemon=True)
    back.start()
    _copy(client, server)
    back.join()
    client.close()
    server.close()


def _accept(listening: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, port), daemon=True).start()


def _main() -> None:
    for pair in sys.argv[1:]:
        descriptor, port = (int(number) for number in pair.split(":"))
        listening = socket.socket(fileno=descriptor)
        listening.setblocking(True)
        threading.Thread(target=_accept, args=(listening, port), daemon=True).start()
    print("relaying", flush=True)
    while os.read(0, 4096):
        continue


if __name__ == "__main__":
    _main()
