"""The pages of the race: real scans with transcriptions, and dossiers made for measuring memory."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
LANGUAGES = ("fra", "vie")


@dataclass(frozen=True)
class PageSet:
    """Images of one language and their transcriptions, by the images' stems."""

    language: str
    images: list
    truths: dict


def real_sets():
    """The sets below SOHOA_SCANS; ends the program when there are none."""
    folder = os.environ.get("SOHOA_SCANS")
    if not folder:
        hint = "the folder of real scans (fra/ and vie/, X.jpg beside X.gt.txt), or use --only memory"
        sys.exit(f"bench: set SOHOA_SCANS to {hint}")
    sets = []
    for language in LANGUAGES:
        images = sorted(path for path in Path(folder, language).iterdir() if path.suffix.lower() in IMAGES)
        truths = {path.stem: path.with_name(path.stem + ".gt.txt") for path in images}
        images = [path for path in images if truths[path.stem].is_file()]
        if not images:
            sys.exit(f"bench: no image with a transcription in {folder}/{language}")
        texts = {path.stem: truths[path.stem].read_text(encoding="utf-8") for path in images}
        sets.append(PageSet(language, images, texts))
    return sets


def copied(images, folder):
    """A new folder that holds copies of the images, read once so that no contender pays for a cold cache."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for image in images:
        shutil.copyfile(image, folder / image.name)
        (folder / image.name).read_bytes()
    return folder


def made_dossier(root, work, count):
    """A folder with one dossier of `count` pages, each with bytes of its own; see made_pages.py for what they show."""
    folder = work / f"memory-{count}"
    python = in_ocrmypdf(root, "python")
    script = Path(__file__).with_name("made_pages.py")
    source = root / "sample-scans" / "pages"
    subprocess.run([python, script, "dossier", source, folder, str(count)], check=True, stdin=subprocess.DEVNULL)
    return folder


def heavy_dossiers(root, work, count):
    """A folder of `count` dossiers, each of one page of 2 MB."""
    folder = work / "heavy"
    python = in_ocrmypdf(root, "python")
    script = Path(__file__).with_name("made_pages.py")
    source = root / "sample-scans" / "pages"
    subprocess.run([python, script, "heavy", source, folder, str(count)], check=True, stdin=subprocess.DEVNULL)
    return folder


def one_pdf(root, images, pdf):
    """One PDF that holds the images losslessly."""
    python = in_ocrmypdf(root, "python")
    script = Path(__file__).with_name("made_pages.py")
    subprocess.run([python, script, "pdf", pdf, *images], check=True, stdin=subprocess.DEVNULL)


def in_ocrmypdf(root, program):
    path = root / "target" / "tools" / "ocrmypdf" / "bin" / program
    if not path.exists():
        sys.exit(f"bench: {path} is missing; run packaging/setup bench")
    return path
