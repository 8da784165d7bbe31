"""A catalog of a million pages: how long a person waits for progress, a search, an archive to open; and how fast `check` is.

The catalog is made once by sohoa-scale, from a fixed seed, and stays under target/bench/scale. Every time is that of a whole
process, from its start to its end, with the files in the system's cache.
"""

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import contenders

PAGES = 1_000_000
ROUNDS = 5
# What people type: names that stand on a few pages, syllables that stand on most, both, words that stand together, codes.
RARE = ["họ00007", "ho00420", "họ01203", "ho02718", "họ03141", "ho05772", "họ08128", "ho12345", "họ16180", "ho19999"]
FREQUENT = ["a", "ba", "cản", "chanh", "đậy", "gân", "hấp", "khăm", "lè", "mện"]
PAIRS = ["ba ca", "an ban", "cha da", "gia ha", "la ma", "nga nha", "pha qua", "tha tra", "cân dân", "chấp gấp"]
MIXED = [f"{name} {word}" for name, word in zip(RARE, FREQUENT, strict=True)]
TOGETHER = ['"ba ca"', '"an chan"', '"da la"', '"ho00420 ba"', '"tra va"']
CODES = ["H49.0.1.000500", "H49.3.2.016000", "H49.5.5.027501", "H49.7.9.039999", "ho so so 20000"]
SEARCHES = RARE + FREQUENT + PAIRS + MIXED + TOGETHER + CODES

# Masters for `check`: uncompressed, so that hashing and nothing else is what takes time.
MASTERS = 24
MASTER_WIDTH, MASTER_HEIGHT = 2480, 3508


class Scale:
    """The archive with the large catalog."""

    def __init__(self, program, generator, work):
        self.sohoa = contenders.Sohoa(program, work / "scale")
        self.generator = generator
        self.made_in = None

    def prepare(self):
        """Makes the catalog unless it is there; half-made ones are made again."""
        done = self.sohoa.work / "made"
        if done.is_file() and done.read_text(encoding="ascii") == str(PAGES):
            return
        shutil.rmtree(self.sohoa.work, ignore_errors=True)
        self.sohoa.work.mkdir(parents=True)
        self.sohoa.new_archive()
        begun = time.monotonic()
        contenders.must([self.generator, self.sohoa.archive / "catalog.sqlite", str(PAGES)], self.sohoa.env)
        self.made_in = time.monotonic() - begun
        done.write_text(str(PAGES), encoding="ascii")

    def seconds(self, *words):
        """The median of some rounds, after one that warms the cache."""
        command = [*self.sohoa.on_archive(), *words, "--json"]
        contenders.must(command, self.sohoa.env)
        return statistics.median(timed(command, self.sohoa.env) for _ in range(ROUNDS))

    def searches(self):
        """The seconds of each search, its median of three, after all have run once."""
        commands = [[*self.sohoa.on_archive(), "search", words, "--json"] for words in SEARCHES]
        found = [json.loads(contenders.must(command, self.sohoa.env).stdout) for command in commands]
        empty = [words for words, answer in zip(SEARCHES, found, strict=True) if not answer["hits"]]
        if len(empty) > len(TOGETHER):
            sys.exit(f"bench: these searches find nothing: {empty}")
        return [statistics.median(timed(command, self.sohoa.env) for _ in range(3)) for command in commands]


def timed(command, env):
    begun = time.monotonic()
    contenders.must(command, env)
    return time.monotonic() - begun


def check_against_sha256(program, work):
    """Bytes a second of `check` over large masters, and of one core's SHA-256 over the same files, in turns."""
    sohoa = contenders.Sohoa(program, work / "check")
    shutil.rmtree(sohoa.work, ignore_errors=True)
    folder = sohoa.work / "in" / "CHECK-1"
    folder.mkdir(parents=True)
    for number in range(MASTERS):
        write_bitmap(folder / f"{number + 1:03}.bmp", number)
    sohoa.new_archive()
    contenders.must([*sohoa.importing(folder.parent, "vie"), "--no-sign"], sohoa.env, allowed=(0, 3))
    masters = [path for path in (sohoa.archive / "vault").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in masters)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(size / timed([*sohoa.on_archive(), "check"], sohoa.env))
        begun = time.monotonic()
        for path in masters:
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")
        bare.append(size / (time.monotonic() - begun))
    shutil.rmtree(sohoa.work)
    return statistics.median(ours), statistics.median(bare)


def write_bitmap(path, number):
    """A white page of 24 bits a pixel with a bar of its own."""
    row = (MASTER_WIDTH * 3 + 3) // 4 * 4
    size = row * MASTER_HEIGHT
    little = lambda value, width=4: value.to_bytes(width, "little")  # noqa: E731
    head = b"BM" + little(54 + size) + little(0) + little(54)
    head += little(40) + little(MASTER_WIDTH) + little(MASTER_HEIGHT) + little(1, 2) + little(24, 2) + little(0)
    head += little(size) + little(11811) + little(11811) + little(0) + little(0)
    body = bytearray(b"\xff" * size)
    top = (100 + number * 100) * row
    body[top : top + 20 * row] = b"\x00" * (20 * row)
    path.write_bytes(head + body)
