"""Makes what the race needs from pages; runs in the Python environment of OCRmyPDF, for img2pdf, pikepdf and Pillow.

    made_pages.py pdf OUT.pdf IMAGE…             one PDF, each image losslessly on a page of its own
    made_pages.py dossier SOURCE FOLDER COUNT    FOLDER/<dossier>/: COUNT JPEG pages cut from the pages below SOURCE
    made_pages.py heavy SOURCE FOLDER COUNT      COUNT dossiers of one JPEG strip of 2 MB, most of it comments
"""

import io
import shutil
import sys
from pathlib import Path

import img2pdf
import pikepdf
from PIL import Image

# What a page without a believable resolution of its own is taken for.
USUAL_DPI = 300
# Every so many pages one is whole; the others are strips of a few lines, so that 1 000 pages are read in minutes.
WHOLE_EVERY = 20
# The whole pages are the same few in every dossier: what one page costs must not differ between a short and a long one.
WHOLE_PAGES = 3
STRIP_SHARE = 0.1
# Bytes of a page of a heavy dossier.
HEAVY = 2_000_000


def make_pdf(out, images):
    whole = pikepdf.new()
    for image in images:
        with Image.open(image) as opened:
            dpi = opened.info.get("dpi", (0, 0))[0]
        layout = img2pdf.get_layout_fun() if dpi >= 100 else img2pdf.get_fixed_dpi_layout_fun((USUAL_DPI, USUAL_DPI))
        page = img2pdf.convert(str(image), layout_fun=layout)
        with pikepdf.open(io.BytesIO(page)) as single:
            whole.pages.extend(single.pages)
    whole.save(out)


def make_dossier(source, folder, count):
    originals = sorted(path for path in Path(source).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    if len(originals) < WHOLE_PAGES:
        sys.exit(f"bench: fewer than {WHOLE_PAGES} JPEG pages below {source}")
    wholes = [as_jpeg(path, 0.0, 1.0) for path in originals[:WHOLE_PAGES]]
    strips = [as_jpeg(path, 0.4, 0.4 + STRIP_SHARE) for path in originals[:WHOLE_PAGES]]
    folder = Path(folder)
    if folder.exists():
        shutil.rmtree(folder)
    dossier = folder / f"BENCH-{count}"
    dossier.mkdir(parents=True)
    for number in range(count):
        kind = wholes if number % WHOLE_EVERY == 0 else strips
        bytes_of_page = kind[(number // WHOLE_EVERY) % WHOLE_PAGES]
        (dossier / f"{number + 1:05}.jpg").write_bytes(commented(bytes_of_page, f"page {number + 1}"))


def make_heavy(source, folder, count):
    original = min(path for path in Path(source).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    strip = as_jpeg(original, 0.4, 0.4 + STRIP_SHARE)
    folder = Path(folder)
    if folder.exists():
        shutil.rmtree(folder)
    for number in range(count):
        page = commented(strip, f"dossier {number + 1}")
        while len(page) < HEAVY:
            page = commented(page, "x" * 60_000)
        dossier = folder / f"HEAVY-{number + 1:03}"
        dossier.mkdir(parents=True)
        (dossier / "1.jpg").write_bytes(page)


def as_jpeg(path, top, bottom):
    with Image.open(path) as image:
        box = (0, int(image.height * top), image.width, int(image.height * bottom))
        out = io.BytesIO()
        image.crop(box).save(out, "JPEG", quality=85, dpi=image.info.get("dpi", (USUAL_DPI, USUAL_DPI)))
    return out.getvalue()


def commented(jpeg, comment):
    """The same picture in bytes of its own: a comment segment right behind the start of the image."""
    text = comment.encode("ascii")
    return jpeg[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + jpeg[2:]


def main():
    match sys.argv[1:]:
        case ["pdf", out, *images]:
            make_pdf(out, images)
        case ["dossier", source, folder, count]:
            make_dossier(source, folder, int(count))
        case ["heavy", source, folder, count]:
            make_heavy(source, folder, int(count))
        case _:
            sys.exit(__doc__)


main()
