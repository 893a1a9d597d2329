"""Kills a process at one of its writes."""

import os
import signal
import threading

from tests.machine import PATIENCE_S

WHEN = ("before", "after")


class Killer:
    """Kills a process just before its nth write is passed on, or just after it was applied."""

    def __init__(self, proxies, nth, when):
        self._nth, self._when = nth, when
        self._guard = threading.Lock()
        self._pid_is_known = threading.Event()
        self._pid = 0
        self.seen = 0
        self.is_done = False
        for proxy in proxies:
            proxy.fault, proxy.landed = self._passing, self._landed

    def started(self, pid):
        self._pid = pid
        self._pid_is_known.set()

    def _passing(self, method, path, query):
        if method in ("GET", "HEAD"):
            return ""
        if self._when == "before":
            return "reset" if self._strikes() else ""
        return "reset" if self.is_done else ""

    def _landed(self, method, status):
        if self._when == "after" and method not in ("GET", "HEAD"):
            self._strikes()

    def _strikes(self):
        with self._guard:
            self.seen += 1
            if self.seen == self._nth:
                self._pid_is_known.wait(PATIENCE_S)
                os.kill(self._pid, signal.SIGKILL)
                self.is_done = True
            return self.is_done
