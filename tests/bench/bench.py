#!/usr/bin/env python3
"""The race: Sohoa against OCRmyPDF and bare Tesseract, on the same pages, models and workers.

    python3 tests/bench/bench.py --sohoa target/release/sohoa [--only speed,cer,memory,sign,scale,hostile,capture,desktop,hub] [--rounds 3]

Prints a table and writes target/bench/results.json. Speed and accuracy are measured on the real scans in the folder
that SOHOA_SCANS names (fra and vie, each image with its transcription), memory on dossiers made from sample-scans,
scale on a made catalog of a million pages.
The hub is loaded by stations that a program plays.
Needs what `packaging/setup bench` installs. The method stands in docs/benchmarks.md. The exit code is 1 when a figure
misses its bar.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import accuracy
import capture
import contenders
import desktop
import hostile
import hub
import memory
import pages
import scale
import share

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "bench"
PARTS = ("speed", "cer", "memory", "sign", "scale", "hostile", "capture", "desktop", "hub")
HEAVY_DOSSIERS = 60
MEGABYTE = 1_000_000


def main():
    arguments = read_arguments()
    only = set(arguments.only.split(","))
    if unknown := only - set(PARTS):
        sys.exit(f"bench: no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    sohoa = Path(arguments.sohoa).resolve()
    if not sohoa.is_file():
        sys.exit(f"bench: {sohoa} is missing; make bench builds it")
    WORK.mkdir(parents=True, exist_ok=True)
    warn_of_other_work()

    rows = []
    sets = pages.real_sets() if only & {"speed", "cer"} else []
    texts = {}
    if "speed" in only:
        rows += speed(sohoa, sets, arguments.rounds, texts)
    if "cer" in only:
        rows += error_rates(sohoa, sets, texts)
    if "memory" in only:
        rows += peak_memory(sohoa)
    if "sign" in only:
        rows += signing(sohoa)
    if "scale" in only:
        rows += of_a_million(sohoa)
    if "hostile" in only:
        rows += hostile_files(sohoa)
    if "capture" in only:
        rows += captured(sohoa)
    if "desktop" in only:
        rows += windowed(sohoa)
    if "hub" in only:
        rows += of_hub(sohoa)
    show(rows)
    write(rows)
    return 0 if all(held(row) for row in rows) else 1


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sohoa", default=str(ROOT / "target/release/sohoa"), help="the program, a release build")
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs, in turns")
    return parser.parse_args()


def warn_of_other_work():
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"the load is {load:.1f} before we begin: speeds will be too low, and the ratios less sure")


def speed(sohoa, sets, rounds, texts):
    """All contenders in turns, `rounds` times; a round is every set once; the median round counts."""
    given = contenders.Sohoa(sohoa, WORK)
    field = [
        given,
        contenders.Sohoa(sohoa, WORK, "sohoa --lang auto", guesses=True),
        contenders.OcrMyPdf(ROOT, WORK),
        contenders.OcrMyPdf(ROOT, WORK, "ocrmypdf --deskew --clean", ("--deskew", "--clean")),
        contenders.Tesseract(WORK),
    ]
    seconds = {contender.name: [] for contender in field}
    count = sum(len(each.images) for each in sets)
    for contender in field:
        for each in sets:
            contender.prepare(each)
    for number in range(1, rounds + 1):
        for contender in field:
            spent = 0.0
            for each in sets:
                run = contender.run(each)
                spent += run.seconds
                texts[contender.name, each.language] = run.texts
            seconds[contender.name].append(spent)
            say(f"round {number}: {contender.name}: {count} pages in {spent:.1f} s, {60 * count / spent:.1f} pages/min")
    rate = {name: 60 * count / statistics.median(spent) for name, spent in seconds.items()}
    ours = rate["sohoa"]
    spent = [share.outside_tesseract(given, each, Path(__file__).with_name("tesseract_time.c")) for each in sets]
    whole, inside = (sum(column) for column in zip(*spent, strict=True))
    what = f"{count} real pages, {'+'.join(each.language for each in sets)}"
    return [
        row(f"pages a minute, Sohoa, import to signed PDF/A ({what})", ours, "pages/min"),
        row("pages a minute, ocrmypdf -j 2 --output-type pdfa", rate["ocrmypdf"], "pages/min"),
        row("pages a minute, the same with --deskew --clean", rate["ocrmypdf --deskew --clean"], "pages/min"),
        row("pages a minute, tesseract, 2 processes, text only", rate["tesseract"], "pages/min"),
        row("speed against ocrmypdf", ours / rate["ocrmypdf"], "×", "≥ 1.3"),
        row("speed against ocrmypdf --deskew --clean", ours / rate["ocrmypdf --deskew --clean"], "×", "≥ 5"),
        row("speed against bare tesseract", ours / rate["tesseract"], "×", "≥ 0.9"),
        row("--lang auto against the language given", rate["sohoa --lang auto"] / ours, "×", "≥ 0.87"),
        row("processor time outside of Tesseract's own calls", 100 * (1 - inside / whole), "%", "≤ 15"),
    ]


def error_rates(sohoa, sets, texts):
    rows = []
    for each in sets:
        rate = {}
        for contender in (contenders.Sohoa(sohoa, WORK), contenders.Tesseract(WORK)):
            if (contender.name, each.language) not in texts:
                contender.prepare(each)
                texts[contender.name, each.language] = contender.run(each).texts
            found = accuracy.of_set(each, texts[contender.name, each.language])
            for page in found.pages:
                say(f"{contender.name} {each.language} {page.name}: {page.percent:.2f} %")
            rate[contender.name] = found
        bare, ours = rate["tesseract"], rate["sohoa"]
        count = len(each.images)
        rows += [
            row(f"CER {each.language}, bare tesseract ({count} pages)", bare.percent, "%"),
            row(f"CER {each.language}, Sohoa", ours.percent, "%", f"< {bare.percent:.2f}"),
            row(f"CER {each.language}, median page, bare tesseract", bare.median, "%"),
            row(f"CER {each.language}, median page, Sohoa", ours.median, "%"),
        ]
    return rows


def peak_memory(sohoa):
    peak = {}
    for count in (50, 1000, 2000):
        folder = pages.made_dossier(ROOT, WORK, count)
        say(f"importing a dossier of {count} pages")
        peak[count] = memory.peak_of_import(contenders.Sohoa(sohoa, WORK), folder, count) / MEGABYTE
        say(f"{count} pages: {peak[count]:.0f} MB")
    return [
        row("peak memory, dossier of 50 pages", peak[50], "MB", "≤ 600"),
        row("peak memory, dossier of 2000 pages", peak[2000], "MB", "≤ 600"),
        row("peak memory, 1000 pages against 50", peak[1000] / peak[50], "×", "≤ 1.2"),
        row("peak memory, 2000 pages against 50", peak[2000] / peak[50], "×"),
    ]


def signing(sohoa):
    """Documents of 2 MB a second, with the key of the demonstration in a file."""
    folder = pages.heavy_dossiers(ROOT, WORK, HEAVY_DOSSIERS)
    program = contenders.Sohoa(sohoa, WORK)
    program.new_archive()
    contenders.must([*program.importing(folder, "vie"), "--no-sign"], program.env, allowed=(0, 3))
    begun = time.monotonic()
    contenders.must([*program.on_archive(), "sign"], program.env)
    seconds = time.monotonic() - begun
    signed = [path for path in (program.archive / "pdf").rglob("*.pdf")]
    if len(signed) != HEAVY_DOSSIERS or min(path.stat().st_size for path in signed) < 2 * MEGABYTE:
        sys.exit(f"bench: {len(signed)} of {HEAVY_DOSSIERS} documents of 2 MB were signed")
    return [row("signing documents of 2 MB", HEAVY_DOSSIERS / seconds, "files/s", "≥ 20")]


def captured(sohoa):
    alone, busy, stopped = capture.measure(contenders.Sohoa(sohoa, WORK), ROOT, WORK)
    return [
        row("capture of A4, 300 dpi, colour, durable", 60 * capture.PAGES / alone["seconds"], "pages/min", "≥ 120"),
        row("from delivered to safe, 99 in 100 pages", alone["p99"], "ms"),
        row("the same beside recognition on all cores", busy["p99"], "ms", "≤ 1000"),
        row("capture beside recognition on all cores", 60 * capture.PAGES / busy["seconds"], "pages/min"),
        row("peak memory of capture", alone["peak"] / MEGABYTE, "MB", "≤ 150"),
        row("from a wish to stop until the device is let go", stopped[0], "ms", "≤ 100"),
        row("from a wish to stop until all that came is safe", stopped[1], "ms"),
    ]


def windowed(sohoa):
    found = desktop.measure(contenders.Sohoa(sohoa, WORK), ROOT, WORK)
    what = f"contact sheet of {desktop.PAGES} pages, scrolled"
    many, list_of = found["many"], f"inventory of {desktop.DOSSIERS} dossiers"
    seen = []
    for page, of in found["seen"].items():
        seen.append(row(f"{page}: from the last row to its being seen, 95 in 100 pages", of["came"]["p95_ms"], "ms", "≤ 300"))
        seen.append(row(f"{page}: from the last write to its being seen in the strip", of["filed"]["p95_ms"], "ms"))
    return [
        row(f"{what}: 95 in 100 frames", found["alone"]["p95_ms"], "ms", "≤ 16"),
        row("the same beside recognition on all cores", found["busy"]["p95_ms"], "ms", "≤ 16"),
        row("the longest frame of both", max(found[run]["max_ms"] for run in ("alone", "busy")), "ms"),
        *seen,
        row("from the start to the first frame", found["first"], "s", "≤ 1"),
        row("peak memory of the window with its helpers", found["peak"] / MEGABYTE, "MB", "≤ 500"),
        row("processor at rest, of one core", 100 * found["rest"], "%", "≤ 1"),
        row(f"{list_of}, scrolled: 95 in 100 frames", many["scroll"]["p95_ms"], "ms", "≤ 16"),
        row(f"{list_of}: the slowest letter in the filter", many["letter"]["max_ms"], "ms", "≤ 100"),
        row(f"{list_of}: the longest frame when the archive was read again", many["renewed"]["max_ms"], "ms", "≤ 100"),
        row(f"{list_of}, read for the first time", many["first"]["max_ms"], "ms"),
        row(f"{list_of}, read again", many["again"]["p50_ms"], "ms", "≤ 300"),
        row(f"{list_of}: peak memory of the measuring window", many["memory"] / MEGABYTE, "MB", "≤ 500"),
    ]


def of_hub(sohoa):
    archive = large_archive(sohoa)
    found = hub.measure(contenders.Sohoa(sohoa, WORK / "hub-station"), WORK, archive.sohoa.archive)
    records, files, poll, shown, bucket = (found[name] for name in ("records", "files", "poll", "progress", "bucket"))
    pages = f"{hub.LARGE_DOSSIERS * hub.PAGES_A_DOSSIER // 1_000_000} million pages"
    return [
        row(f"{records['records']} records of {hub.STATIONS} stations", records["records"] / records["seconds"], "records/s", "≥ 10000"),
        row("processor time of the hub for them", found["hub_seconds"], "s"),
        row("processor time of PostgreSQL for them", found["postgres_seconds"], "s"),
        row("a batch of 2000 records, median", records["p50_ms"], "ms"),
        row("a batch of 2000 records, 99 in 100", records["p99_ms"], "ms"),
        row(f"{hub.FILES} files of 1 MB through the hub, median of {hub.ROUNDS} rounds", files["hub_mb_s"], "MB/s"),
        row("the same files by object_store alone", files["bare_mb_s"], "MB/s"),
        row("the same files over TLS, hashed on both sides, by object_store, no hub", files["ceiling_mb_s"], "MB/s"),
        row("files through the hub against object_store alone", files["hub_mb_s"] / files["bare_mb_s"], "×", "≥ 0.8"),
        row("files through the hub against TLS, digests and object_store", files["hub_mb_s"] / files["ceiling_mb_s"], "×"),
        row("TLS, digests and object_store against object_store alone", files["ceiling_mb_s"] / files["bare_mb_s"], "×"),
        row("processor time of the hub for the files", found["files_seconds"], "s"),
        row("processor time of PostgreSQL for the files", found["files_postgres_seconds"], "s"),
        row("files through a hub into a bucket of S3Proxy", bucket["hub_mb_s"], "MB/s"),
        row("the same files by object_store alone into the bucket", bucket["bare_mb_s"], "MB/s"),
        row("files into the bucket through the hub against object_store alone", bucket["hub_mb_s"] / bucket["bare_mb_s"], "×", "≥ 0.8"),
        row("sync of a station of 1 million pages without a change", found["no_change"], "s", "≤ 1"),
        row(f"page of progress over {pages}, median", shown["median_ms"], "ms", "≤ 100"),
        row(f"page of progress over {pages}, longest", shown["max_ms"], "ms"),
        row(f"{hub.POLLING} stations ask for head and feed every second, 99 in 100", poll["p99_ms"], "ms", "≤ 250"),
        row("the same, longest", poll["max_ms"], "ms"),
        row("peak memory of the hub while records came", found["memory_records"] / MEGABYTE, "MB", "≤ 300"),
        row("peak memory of the hub in all", found["memory"] / MEGABYTE, "MB", "≤ 300"),
    ]


def hostile_files(sohoa):
    rows = []
    judged = hostile.judge(contenders.Sohoa(sohoa, WORK), WORK)
    for what, (count, seconds, mebibytes) in zip(("bombs", "odd files"), judged, strict=True):
        rows += [
            row(f"{count} {what}, longest", seconds, "s", "≤ 10"),
            row(f"{count} {what}, largest process", mebibytes, "MiB", "≤ 1024"),
        ]
    return rows


def large_archive(sohoa):
    generator = sohoa.with_name("sohoa-scale")
    if not generator.is_file():
        sys.exit(f"bench: {generator} is missing; make bench builds it")
    archive = scale.Scale(sohoa, generator, WORK)
    archive.prepare()
    return archive


def of_a_million(sohoa):
    archive = large_archive(sohoa)
    rows = [] if archive.made_in is None else [row("making a catalog of 1 million pages", archive.made_in, "s", "≤ 180")]
    searches = sorted(archive.searches())
    say("searches, in ms: " + " ".join(f"{1000 * seconds:.0f}" for seconds in searches))
    ours, bare = scale.check_against_sha256(sohoa, WORK)
    return [
        *rows,
        row("progress of 1 million pages", 1000 * archive.seconds("progress"), "ms", "≤ 50"),
        row("opening an archive of 1 million pages (log)", 1000 * archive.seconds("log", "--limit", "1"), "ms", "≤ 200"),
        row(f"search in 1 million pages, median of {len(searches)}", 1000 * statistics.median(searches), "ms"),
        row("search in 1 million pages, 95 % are faster than", 1000 * searches[int(0.95 * len(searches))], "ms", "≤ 100"),
        row("check of masters", ours / MEGABYTE, "MB/s"),
        row("check against SHA-256 on one core", ours / bare, "×", "≥ 0.8"),
    ]


def row(name, value, unit, bar=""):
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "bar": bar,
        "commit": commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "machine": machine(),
    }


def held(row):
    """Whether a figure keeps its bar; one without a bar always does."""
    if not row["bar"]:
        return True
    sign, bound = row["bar"].split()
    keeps = {"≥": float.__ge__, "≤": float.__le__, "<": float.__lt__}[sign]
    return keeps(float(row["value"]), float(bound))


def show(rows):
    width = max((len(row["name"]) for row in rows), default=0)
    print()
    for row in rows:
        verdict = "" if not row["bar"] else ("  held" if held(row) else "  MISSED")
        print(f"{row['name']:<{width}}  {row['value']:>9.2f} {row['unit']:<9}  {row['bar']:<8}{verdict}")


def write(rows):
    path = WORK / "results.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(f"written to {path.relative_to(ROOT)}")


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False).stdout.strip()

    changed = "+changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + changed


def machine():
    def first(path, key):
        for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition("=" if path == "/etc/os-release" else ":")
            if name.strip() == key:
                return value.strip().strip('"')
        return "unknown"

    gigabytes = int(first("/proc/meminfo", "MemTotal").split()[0]) / 1_000_000
    processor = f"{os.cpu_count()} × {first('/proc/cpuinfo', 'model name')}"
    return f"{processor}, {gigabytes:.0f} GB, {first('/etc/os-release', 'PRETTY_NAME')}"


def say(line):
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
