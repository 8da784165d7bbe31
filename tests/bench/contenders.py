"""The contenders: each reads a set of pages with two workers, one thread a worker, the language given."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pages

WORKERS = 2
OPERATOR = "Bench"


@dataclass
class Run:
    """What one run took, in seconds of wall time, and the text it read by the image's stem where it gives any."""

    seconds: float
    texts: dict = field(default_factory=dict)


def environment(**more):
    return {**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", **more}


def must(command, env, allowed=(0,)):
    done = subprocess.run(command, env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode not in allowed:
        said = done.stderr.decode("utf-8", "replace").strip()
        sys.exit(f"bench: exit code {done.returncode} from {' '.join(map(str, command))}\n{said}")
    return done


class Sohoa:
    """`sohoa import`, from a folder of images to a signed PDF/A in a new archive."""

    def __init__(self, program, work, name="sohoa", guesses=False):
        self.program = program
        self.name = name
        # Whether it finds the language of each page itself.
        self.guesses = guesses
        self.work = work
        self.archive = work / "archive"
        self.station = work / "station"
        self.env = environment(SOHOA_CONFIG_DIR=str(self.station), SOHOA_UI_LANG="en", NO_COLOR="1")
        self.env.pop("SOHOA_ARCHIVE", None)

    def prepare(self, page_set):
        self.folder_of(page_set.language).parent.mkdir(parents=True, exist_ok=True)
        pages.copied(page_set.images, self.folder_of(page_set.language))

    def folder_of(self, language):
        return self.work / f"in-{language}" / f"BENCH-{language}"

    def run(self, page_set):
        self.new_archive()
        command = self.importing(self.folder_of(page_set.language).parent, page_set.language)
        begun = time.monotonic()
        done = must(command, self.env, allowed=(0, 3))
        seconds = time.monotonic() - begun
        self.check(done.stdout, len(page_set.images))
        return Run(seconds, self.texts(page_set))

    def new_archive(self):
        for folder in (self.archive, self.station):
            shutil.rmtree(folder, ignore_errors=True)
        must([self.program, "init", "--demo", self.archive], self.env)
        must([*self.on_archive(), "key", "demo"], self.env)

    def on_archive(self):
        return [self.program, "--archive", self.archive, "--operator", OPERATOR]

    def importing(self, folder, language):
        return [*self.on_archive(), "import", folder, "--jobs", str(WORKERS), "--lang", "auto" if self.guesses else language, "--json"]

    def check(self, receipt, count):
        """A run counts only if every page was taken and a signed PDF is there."""
        receipt = json.loads(receipt)
        taken = sum(int(entry["pages"]) for entry in receipt["taken"])
        pdfs = list((self.archive / "pdf").rglob("*.pdf"))
        if taken != count or not pdfs:
            refused = receipt["refused"]
            sys.exit(f"bench: {taken} of {count} pages were taken, {len(pdfs)} PDF(s) signed; refused: {refused}")

    def texts(self, page_set):
        out = self.work / "text"
        shutil.rmtree(out, ignore_errors=True)
        why = ["--held-reason", "measured on this machine only"]
        must([*self.on_archive(), "export", "--as", "text", "--to", out, *why], self.env, allowed=(0, 3))
        found = {path.stem: path.read_text(encoding="utf-8") for path in out.rglob("*.txt")}
        return {image.stem: found.get(image.stem) for image in page_set.images}


class OcrMyPdf:
    """`ocrmypdf`, from one PDF that holds the same images to a PDF/A."""

    def __init__(self, root, work, name="ocrmypdf", more=()):
        self.root = root
        self.work = work
        self.name = name
        self.more = more
        self.python = pages.in_ocrmypdf(root, "python")

    def prepare(self, page_set):
        pages.one_pdf(self.root, page_set.images, self.pdf(page_set))

    def pdf(self, page_set):
        return self.work / f"in-{page_set.language}.pdf"

    def run(self, page_set):
        out = self.work / "ocrmypdf.pdf"
        out.unlink(missing_ok=True)
        options = ["-j", str(WORKERS), "--output-type", "pdfa", "-l", page_set.language, "--quiet", *self.more]
        command = [self.python, "-m", "ocrmypdf", *options, self.pdf(page_set), out]
        begun = time.monotonic()
        must(command, environment())
        seconds = time.monotonic() - begun
        if not out.is_file():
            sys.exit("bench: ocrmypdf wrote nothing")
        return Run(seconds)


class Tesseract:
    """Bare `tesseract`, one process a page, two at a time, text only."""

    name = "tesseract"

    def __init__(self, work):
        self.out = work / "tesseract"

    def prepare(self, page_set):
        for image in page_set.images:
            image.read_bytes()

    def run(self, page_set):
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)

        def read(image):
            command = ["tesseract", image, self.out / image.stem, "-l", page_set.language]
            subprocess.run(command, env=environment(), capture_output=True, stdin=subprocess.DEVNULL, check=False)

        begun = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(read, page_set.images))
        seconds = time.monotonic() - begun
        texts = {}
        for image in page_set.images:
            text = self.out / f"{image.stem}.txt"
            texts[image.stem] = text.read_text(encoding="utf-8") if text.is_file() else None
        return Run(seconds, texts)
