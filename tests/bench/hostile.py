"""Hostile files: made bombs, and the odd files of SOHOA_SCANS, each through a dry run by itself, timed and weighed."""

import json
import os
import resource
import shutil
import struct
import sys
import time
import zlib
from pathlib import Path

import contenders

MEBIBYTE = 1 << 20


def judge(sohoa, work):
    """Seconds and MiB of the worst file of each kind: (made bombs, odd files, how many of each)."""
    sohoa.new_archive()
    folder = work / "hostile"
    shutil.rmtree(folder, ignore_errors=True)
    bombs = [(name, data) for name, data in made_bombs()]
    odd = [(path.name, path.read_bytes()) for path in odd_files()]
    return [alone(sohoa, folder, bombs), alone(sohoa, folder, odd)]


def alone(sohoa, folder, files):
    """Each file through a dry run of its own; the longest time and the largest process."""
    seconds, mebibytes = 0.0, 0.0
    for name, data in files:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "HS.01").mkdir(parents=True)
        (folder / "HS.01" / name).write_bytes(data)
        took, peak = in_a_child(lambda: dry_run(sohoa, folder))
        seconds, mebibytes = max(seconds, took), max(mebibytes, peak)
    return len(files), seconds, mebibytes


def dry_run(sohoa, folder):
    done = contenders.must([*sohoa.on_archive(), "import", folder, "--dry-run", "--json"], sohoa.env, allowed=(0, 3))
    receipt = json.loads(done.stdout)
    told = sum(len(receipt[kind]) for kind in ("taken", "skipped", "refused"))
    if told != 1:
        sys.exit(f"bench: the receipt tells of {told} files, not of one")


def in_a_child(work):
    """Seconds of the work, and the largest resident set of any process that it started."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        begun = time.monotonic()
        work()
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(writing, json.dumps([time.monotonic() - begun, peak]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    if os.waitpid(child, 0)[1] != 0 or not text:
        sys.exit("bench: a dry run of a hostile file did not end as it should")
    return json.loads(text)


def odd_files():
    scans = os.environ.get("SOHOA_SCANS")
    if not scans:
        sys.exit("bench: set SOHOA_SCANS to the folder that holds odd-files/, or leave out the part hostile")
    return sorted(path for path in Path(scans, "odd-files").rglob("*") if path.is_file())


def made_bombs():
    """Files of at most 1.3 MB that claim, or really hold, more than a gigabyte of pixels."""
    packer = zlib.compressobj(9)
    gigabyte = b"".join(packer.compress(bytes(MEBIBYTE)) for _ in range(1200)) + packer.flush()
    yield "claims.png", png(20_000, 19_999, zlib.compress(bytes(64)))
    yield "holds.png", png(20_000, 19_999, gigabyte)
    yield "holds.pdf", pdf(13_000, 13_000, "8/ColorSpace/DeviceRGB/Filter/FlateDecode", gigabyte)
    twice = zlib.compress(gigabyte)
    yield "twice.pdf", pdf(20_000, 20_000, "8/ColorSpace/DeviceGray/Filter[/FlateDecode/FlateDecode]", twice)
    yield "jpeg.pdf", pdf(20_000, 20_000, "8/ColorSpace/DeviceGray/Filter[/FlateDecode/DCTDecode]", gigabyte)
    side = struct.pack(">II", 20_000, 20_000)
    page = b"\0\0\0\0\x30\0\x01\0\0\0\x13" + side + bytes(11)
    region = b"\0\0\0\x01\x26\0\x01\0\0\0\x1A" + side + bytes(18)
    yield "jbig2.pdf", pdf(20_000, 20_000, "1/ColorSpace/DeviceGray/Filter/JBIG2Decode", page + region)
    fax = "1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 20000>>"
    yield "fax.pdf", pdf(20_000, 20_000, fax, b"\xFF" * 2500)


def png(width, height, data):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(width, height, image, data):
    """A page that shows one image; `image` goes on after /BitsPerComponent."""
    things = [
        ("/Type/Catalog/Pages 2 0 R", None),
        ("/Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]/Resources<</XObject<</Im 5 0 R>>>>", None),
        ("/Type/Page/Parent 2 0 R/Contents 4 0 R", None),
        ("", b"q 595 0 0 842 0 0 cm /Im Do Q"),
        (f"/Subtype/Image/Width {width}/Height {height}/BitsPerComponent {image}", data),
    ]
    file, table = b"%PDF-1.7\n", f"xref\n0 {len(things) + 1}\n0000000000 65535 f \n"
    for number, (entries, stream) in enumerate(things, 1):
        table += f"{len(file):010} 00000 n \n"
        length = f"/Length {len(stream)}" if stream is not None else ""
        body = b"stream\n" + stream + b"\nendstream\n" if stream is not None else b""
        file += f"{number} 0 obj<<{entries}{length}>>".encode() + body + b"endobj\n"
    end = f"{table}trailer<</Size {len(things) + 1}/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + end.encode()
