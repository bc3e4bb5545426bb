"""Owner of a pty's controlling side for pty-port.ts: relays its bytes over standard input and output, and tells the speed that the host has set.

Frames, both ways: kind (1 byte), length (4 bytes, big-endian), payload. Out: P path, B speed as text, D data from the host. In: D data for the host.
Standard library only. Ends with standard input: closing the pty is how a cable is pulled.
"""

import os
import pty
import select
import struct
import sys
import termios
import time
import tty

# A speed that changes without data is noticed within this time, ms.
TICK_MS = 10
# Between two looks whether somebody has opened the port, s: a pty that nobody has open is always ready and would make the loop spin.
CLOSED_PAUSE_S = 0.005
CHUNK_BYTES = 64 * 1024
# Bytes that may wait for a host that does not read; a real adapter loses what its host leaves.
MAX_WAITING_BYTES = 1024 * 1024

SPEEDS = {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()}


def send(kind, payload):
    sys.stdout.buffer.write(kind + struct.pack(">I", len(payload)) + payload)
    sys.stdout.buffer.flush()


class Bridge:
    def __init__(self, link):
        self.controller, follower = pty.openpty()
        tty.setraw(follower)
        path = os.ttyname(follower)
        os.close(follower)
        os.set_blocking(self.controller, False)
        self.link = link
        if link:
            os.symlink(path, link)
        self.speed = None
        self.waiting = b""
        self.frames = b""
        send(b"P", (link or path).encode())

    def close(self):
        if self.link:
            os.unlink(self.link)

    def tell_speed(self):
        speed = SPEEDS.get(termios.tcgetattr(self.controller)[5], 0)
        if speed != self.speed:
            self.speed = speed
            send(b"B", str(speed).encode())

    def run(self):
        """Relays until standard input ends."""
        poller = select.poll()
        poller.register(0, select.POLLIN)
        while True:
            poller.register(self.controller, select.POLLIN | (select.POLLOUT if self.waiting else 0))
            ready = dict(poller.poll(TICK_MS))
            events = ready.get(self.controller, 0)
            self.tell_speed()
            if events & select.POLLIN:
                self.relay_from_host()
            elif events & select.POLLHUP:
                self.waiting = b""
                time.sleep(CLOSED_PAUSE_S)
            if 0 in ready and not self.take_input(bool(events & select.POLLHUP)):
                return
            self.relay_to_host()

    def relay_from_host(self):
        try:
            data = os.read(self.controller, CHUNK_BYTES)
        except (BlockingIOError, OSError):
            return  # closed between the poll and the read
        if data:
            send(b"D", data)

    def take_input(self, is_closed):
        """Frames from standard input; false at its end. A port that nobody has open loses what is said."""
        data = os.read(0, CHUNK_BYTES)
        if not data:
            return False
        self.frames += data
        while len(self.frames) >= 5:
            length = struct.unpack(">I", self.frames[1:5])[0]
            if len(self.frames) < 5 + length:
                break
            if not is_closed and len(self.waiting) + length <= MAX_WAITING_BYTES:
                self.waiting += self.frames[5 : 5 + length]
            self.frames = self.frames[5 + length :]
        return True

    def relay_to_host(self):
        if not self.waiting:
            return
        try:
            count = os.write(self.controller, self.waiting)
            self.waiting = self.waiting[count:]
        except BlockingIOError:
            pass
        except OSError:
            self.waiting = b""


bridge = Bridge(sys.argv[1] if len(sys.argv) > 1 else None)
try:
    bridge.run()
finally:
    bridge.close()
