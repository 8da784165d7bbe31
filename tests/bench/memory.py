"""Peak memory: the largest sum of proportional set sizes over a process and all it started, 20 samples a second."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INTERVAL = 0.05


def peak_of_import(sohoa, folder, count):
    """Imports a folder of `count` pages into a new archive and returns the peak in bytes."""
    sohoa.new_archive()
    with tempfile.TemporaryFile() as receipt, tempfile.TemporaryFile() as trouble:
        command = sohoa.importing(folder, "vie")
        process = subprocess.Popen(
            command, env=sohoa.env, stdin=subprocess.DEVNULL, stdout=receipt, stderr=trouble, start_new_session=True
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(proportional_size(pid) for pid in family(process.pid)))
            time.sleep(INTERVAL)
        receipt.seek(0)
        trouble.seek(0)
        if process.returncode not in (0, 3):
            sys.exit(f"bench: exit code {process.returncode}\n{trouble.read().decode('utf-8', 'replace')}")
        sohoa.check(receipt.read(), count)
    return peak


def family(root):
    """The process, its descendants, and whatever else runs in its session."""
    parents, sessions = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            stat = Path("/proc", name, "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        # The command's name is in brackets and may hold anything; state, parent, group and session follow it.
        _state, parent, _group, session = stat.rpartition(")")[2].split()[:4]
        parents[int(name)] = int(parent)
        sessions[int(name)] = int(session)

    def belongs(pid):
        while pid in parents:
            if pid == root or sessions[pid] == root:
                return True
            pid = parents[pid]
        return False

    return [pid for pid in parents if belongs(pid)]


def proportional_size(pid):
    """Bytes; 0 for a process that has just ended."""
    try:
        for line in Path("/proc", str(pid), "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
