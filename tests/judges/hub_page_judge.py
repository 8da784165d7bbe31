"""The hub's page in a real browser: Chromium drives it, axe-core judges it.

    python hub_page_judge.py CHROMIUM URL LOGIN PASSWORD DOSSIER PICTURES

Signs in and walks from progress to a decision, in Vietnamese and English, and once more without JavaScript. Prints one line
a check, tab-separated: where, check, PASS or FAIL, reason. The checks are

    axe         no violation of axe-core (WCAG 2.1 A and AA, best practices), on light and on dark
    keyboard    Tab reaches everything in the order of the page, and what has the focus shows it
    narrow      at 360 pixels the page does not scroll sideways
    print       the page prints, and not blank
    walk        the way from signing in to an export

and, so that a judge that sees nothing is noticed, `control`: pages that were spoilt on purpose fail each of them.
PICTURES is a folder for screenshots.
"""

import codecs
import csv
import io
import itertools
import pathlib
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
# What Tab reaches, in the order of the page: links, fields and buttons that are shown, and the summaries of details.
REACHED = """() => [...document.querySelectorAll('a[href], input:not([type=hidden]), textarea, button, summary')]
    .filter(e => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})).length"""
FOCUS = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const all = [...document.querySelectorAll('*')];
    const s = getComputedStyle(e);
    return [all.indexOf(e), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, e.outerHTML.slice(0, 80)];
}"""


def say(where, check, fault):
    reason = " ".join(str(fault or "").split())[:600]
    print(f"{where}\t{check}\t{'FAIL' if fault else 'PASS'}\t{reason}", flush=True)


def workbook(taken):
    """The rows of the first sheet of a workbook (ISO/IEC 29500-1, 18.3 and 18.4), read without the crate that wrote it. Empty
    cells are left out there; no table has over 26 columns."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(taken)) as book:
        strings, sheet = (ElementTree.fromstring(book.read(f"xl/{name}.xml")) for name in ["sharedStrings", "worksheets/sheet1"])
    texts = ["".join(item.itertext()) for item in strings]
    rows = []
    for row in sheet.iter(main + "row"):
        values = [""] * (len(rows[0]) if rows else len(row))
        for cell in row:
            value = cell.findtext(main + "v") or ""
            values[ord(cell.get("r")[0]) - ord("A")] = texts[int(value)] if cell.get("t") == "s" else value
        rows.append(values)
    return rows


def axe_fault(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return "; ".join(f"{v['id']}: {v['nodes'][0]['html']}" for v in found)


def keyboard_fault(page):
    wanted = page.evaluate(REACHED)
    # From the beginning of the page, wherever the focus is.
    page.evaluate("() => { const b = document.body; b.tabIndex = -1; b.focus(); b.removeAttribute('tabindex'); }")
    places, last, first = set(), -1, None
    for _ in range(min(wanted, 60) + 8):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            if places:
                break
            continue
        place, shows, html = focus
        # A date is one field of several parts.
        if place == last:
            continue
        if place == first:
            break
        first = place if first is None else first
        if place < last:
            return f"the order goes back at {html}"
        if not shows:
            return f"the focus does not show at {html}"
        places.add(place)
        last = place
    if len(places) < min(wanted, 50):
        return f"Tab reaches {len(places)} of {wanted}"
    return None


def narrow_fault(page):
    page.set_viewport_size(NARROW)
    width = page.evaluate("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    page.set_viewport_size(WIDE)
    return f"it is {width} pixels wide" if width > NARROW["width"] else None


def printed(page, path=None):
    """What is printed: its words, and on how many sheets."""
    pdf = page.pdf(format="A4", prefer_css_page_size=True, path=path)
    run = lambda *line: subprocess.run(line, input=pdf, capture_output=True, check=True).stdout.decode()
    sheets = next(line.split()[1] for line in run("pdfinfo", "-").splitlines() if line.startswith("Pages:"))
    return run("pdftotext", "-", "-").split(), int(sheets)


def print_fault(page):
    words, _ = printed(page)
    return f"only {len(words)} words are printed" if len(words) < 4 else None


class Walk:
    def __init__(self, browser, base, pictures, language, script):
        self.context = browser.new_context(
            viewport=WIDE, locale=language, java_script_enabled=script, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.base, self.pictures, self.language, self.script = base, pictures, language, script

    def name(self, what):
        return f"{what} {self.language}{'' if self.script else ' without JavaScript'}"

    def look(self, what):
        """Judges the page that is shown."""
        page = self.page
        language = page.locator("html").get_attribute("lang")
        say(self.name(what), "language", None if language == self.language else f"it is {language}")
        if not self.script:
            return
        picture = self.pictures / f"{what.replace(' ', '-')}-{self.language}.png"
        page.screenshot(path=picture, full_page=True)
        say(self.name(what), "axe", axe_fault(page))
        if self.language == "vi":
            # Colours are the same in both languages.
            page.emulate_media(color_scheme="dark")
            say(self.name(what), "axe dark", axe_fault(page))
            page.emulate_media(color_scheme="light")
        say(self.name(what), "narrow", narrow_fault(page))
        say(self.name(what), "keyboard", keyboard_fault(page))
        say(self.name(what), "print", print_fault(page))

    def download(self, link):
        with self.page.expect_download() as waiting:
            self.page.locator(f"a[href^='{link}']").click()
        return pathlib.Path(waiting.value.path()).read_bytes()

    def go(self, path):
        answer = self.page.goto(self.base + path)
        if not answer or answer.status != 200:
            raise RuntimeError(f"{path}: {answer and answer.status}")

    def sign_in(self, login, password):
        self.go("/sign-in")
        self.look("sign-in")
        # By keys alone: the field of the name has the focus.
        self.go("/sign-in")
        self.page.locator("#login").focus()
        self.page.keyboard.type(login)
        self.page.keyboard.press("Tab")
        self.page.keyboard.insert_text(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/progress")

    def walk(self, login, password, dossier):
        page = self.page
        self.sign_in(login, password)
        self.look("progress")
        page.locator("section[aria-labelledby=fonds] tbody th a").first.click()
        page.wait_for_url("**/fonds/*")
        self.look("fonds")
        self.go("/search?q=" + dossier)
        page.locator("section[aria-labelledby=dossiers] a").first.click()
        page.wait_for_url("**/dossiers/*")
        self.look("dossier")
        own = page.url
        page.locator(".leaves a").first.click()
        page.wait_for_url("**/pages/*")
        picture = page.locator(".leaf img")
        picture.scroll_into_view_if_needed()
        size = picture.evaluate("e => e.decode().then(() => [e.naturalWidth, e.naturalHeight])") if self.script else [1, 1]
        say(self.name("page"), "walk", None if min(size) > 0 else f"the picture has {size} pixels")
        self.look("page")
        words = page.locator(".text").inner_text().split()
        asked = next(f"{a} {b}" for a, b in zip(words, words[1:]) if a.isalpha() and b.isalpha() and len(a + b) > 5)
        leaf = page.url.removeprefix(self.base)
        page.locator("nav a[rel=next]").click()
        page.wait_for_url(lambda url: "/pages/" in url and not url.endswith(leaf))
        page.goto(own)
        page.fill("#reason", "Trang 1 mờ, xin quét lại <b>")
        page.locator("button[value=rescan]").click()
        page.wait_for_url(own)
        say(self.name("decision"), "walk", None)
        self.go("/search")
        page.fill("#q", asked)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        found = page.locator(f"a[href='{leaf}']").count() == 1 and page.locator("mark").count() > 1
        say(self.name("search"), "walk", None if found else f"{asked} does not find {leaf}")
        self.look("search")
        for table in ["dossiers", "progress"]:
            self.go("/" + table)
            text, book = (self.download(f"/export/{table}.{form}") for form in ["csv", "xlsx"])
            written = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
            say(self.name(f"export {table}"), "walk", None if len(written) > 1 and text.startswith(codecs.BOM_UTF8) else f"{text[:80]!r}")
            wrong = [pair for pair in itertools.zip_longest(written, workbook(book)) if pair[0] != pair[1]]
            say(self.name(f"export {table} as a workbook"), "walk", f"{wrong[0]}" if wrong else None)
        # The table of progress: stations do not tell of sheets, so nothing is said to be done of them.
        unit = "tờ" if self.language == "vi" else "sheets"
        by_sheet = [row for row in written if row[0] == "Theo tờ"]
        right = len(by_sheet) == 1 and by_sheet[0][1] == unit and by_sheet[0][3:6] == ["–"] * 3
        say(self.name("export progress, sheets"), "walk", None if right else f"{written}")
        for path in ["stations", "people", "quality", "exceptions", "indicators", "report", "dossiers"]:
            self.go("/" + path)
            self.look(path)
        if self.script:
            self.go("/report")
            _, sheets = printed(page, self.pictures / f"report-{self.language}.pdf")
            say(self.name("report"), "one sheet", None if sheets == 1 else f"it takes {sheets}")
        self.go("/progress")
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url("**/sign-in")
        page.goto(self.base + "/progress")
        out = page.url.endswith("/sign-in")
        say(self.name("sign-out"), "walk", None if out else page.url)
        say(self.name("whole walk"), "console", "; ".join(self.faults))
        self.context.close()


def control(browser):
    """Pages that are spoilt: each judge must see it."""
    page = browser.new_context(viewport=WIDE).new_page()
    page.set_content(
        "<!doctype html><html><style>:focus{outline:none}</style><img src='data:,'><a href=x tabindex=2>b</a><a href=y tabindex=1>a</a>"
        "<div style='width:900px;height:9px'></div>"
    )
    for check, judge in [("axe", axe_fault), ("keyboard", keyboard_fault), ("narrow", narrow_fault), ("print", print_fault)]:
        say("spoilt page", f"control {check}", None if judge(page) else "it passes")
    page.context.close()


def main():
    chromium, base, login, password, dossier, pictures = sys.argv[1:]
    pictures = pathlib.Path(pictures)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        control(browser)
        for language, script in [("vi", True), ("en", True), ("vi", False)]:
            walk = Walk(browser, base, pictures, language, script)
            try:
                walk.walk(login, password, dossier)
            except Exception as error:
                walk.page.screenshot(path=pictures / f"broken-{language}-{script}.png")
                say(walk.name("whole walk"), "walk", f"at {walk.page.url}: {error}")
        browser.close()


main()
