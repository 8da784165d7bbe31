"""Capture: a simulated scanner that delivers A4 in colour at 300 dpi as fast as it is read, on a file system of a disk."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import contenders
import memory
import pages

PAGES = 60


def measure(sohoa, root, work):
    """Pages a minute, p99 in ms beside recognition, cancel in ms (two figures)."""
    env = {**sohoa.env, "SOHOA_SIMULATED_SCANNER": f"sheets={PAGES}"}
    alone = run(sohoa, env)
    busy = beside_recognition(sohoa, env, root, work)
    return alone, busy, cancel(sohoa, env)


def command(sohoa, dossier):
    options = ["--new-dossier", "--sheets", str(PAGES), "--dpi", "300", "--device", "simulated:0", "--json"]
    return [*sohoa.on_archive(), "scan", dossier, *options]


def run(sohoa, env):
    """A whole batch: seconds, p99, peak memory; every page has to be there, decodable and sound."""
    sohoa.new_archive()
    return batch(sohoa, env, "HS.01")


def batch(sohoa, env, dossier):
    begun = time.monotonic()
    process = subprocess.Popen(
        command(sohoa, dossier), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(memory.proportional_size(pid) for pid in memory.family(process.pid)))
        time.sleep(memory.INTERVAL)
    seconds = time.monotonic() - begun
    told = json.loads(process.stdout.read())
    if told["state"] != "reconciled" or told["pages"] != PAGES:
        sys.exit(f"bench: the batch ended as {told}")
    contenders.must([*sohoa.on_archive(), "check"], sohoa.env)
    return {"seconds": seconds, "p99": told["safe_ms_p99"], "peak": peak}


def beside_recognition(sohoa, env, root, work):
    """The same while all cores read pages of another archive."""
    sohoa.new_archive()
    archive = sohoa.archive
    other = archive.with_name("busy-archive")
    shutil.rmtree(other, ignore_errors=True)
    contenders.must([sohoa.program, "init", "--demo", other], sohoa.env)
    folder = pages.made_dossier(root, work, 1000)
    reading = [sohoa.program, "--archive", other, "--operator", "bench", "import", folder, "--lang", "vie", "--json"]
    process = subprocess.Popen(
        reading, env=sohoa.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(5)
        result = batch(sohoa, env, "HS.02")
        if process.poll() is not None:
            sys.exit("bench: recognition was over before the scan was")
    finally:
        process.terminate()
        process.wait()
    return result


def cancel(sohoa, env):
    """Milliseconds from a wish to stop until the device is let go, and until the pages that it gave are safe."""
    sohoa.new_archive()
    process = subprocess.Popen(
        command(sohoa, "HS.03"), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(2)
    driver = next(pid for pid in memory.family(process.pid) if pid != process.pid)
    begun = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    while os.path.exists(f"/proc/{driver}"):
        time.sleep(0.001)
    let_go = 1000 * (time.monotonic() - begun)
    code = process.wait()
    if code != 130:
        sys.exit(f"bench: a scan that was stopped ended with {code}")
    return let_go, 1000 * (time.monotonic() - begun)
