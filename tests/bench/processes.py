"""What the processes of a server use."""

import os
from pathlib import Path


def used(server):
    """Seconds of processor time that a server's processes have used."""
    found = 0
    for pid in [*children(server.process.pid), server.process.pid]:
        found += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return found / os.sysconf("SC_CLK_TCK")


def memory(server):
    """Megabytes that each process of a server holds: the workers, then the one that watches them."""
    found = []
    for pid in [*children(server.process.pid), server.process.pid]:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                found.append(int(line.split()[1]) / 1024)
    return found


def children(pid):
    return [int(name) for name in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
