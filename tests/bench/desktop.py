"""The window: what its frames cost while a dossier of a thousand pages is scrolled, beside recognition on all cores; how
soon a scanned page is seen; an inventory of a hundred thousand dossiers; first frame, memory and rest of the real window
under Xvfb."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import contenders
import memory
import pages

PAGES = 1000
FRAMES = 900
SHEETS = 40
DOSSIERS = 100_000
REST = 20


def measure(sohoa, root, work):
    """A dict of figures."""
    programs = Path(sohoa.program).parent
    frames, window = programs / "examples" / "frames", programs / "sohoa-desktop"
    for program in (frames, window):
        if not program.is_file():
            sys.exit(f"bench: {program} is missing; make bench builds it")
    sohoa.new_archive()
    env = {**sohoa.env, "SOHOA_SIMULATED_SCANNER": f"sheets={PAGES}"}
    contenders.must(
        [*sohoa.on_archive(), "scan", "HS.01", "--new-dossier", "--sheets", str(PAGES), "--device", "simulated:0"], env
    )
    found = {"alone": run(frames, sohoa, window, "scroll", "HS.01", FRAMES)}
    found |= real_window(sohoa, window)
    listed = work / "some.csv"
    lines = ["mã hồ sơ,tên phông,tiêu đề hồ sơ", *(f"HS.0{n},Phông,Thử" for n in (2, 3, 4))]
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    contenders.must([*sohoa.on_archive(), "inventory", "import", listed], sohoa.env)
    contenders.must([*sohoa.on_archive(), "profile", "set", "300", "--dpi", "300"], sohoa.env)
    found["seen"] = {
        "A4, 200 dpi, colour": run(frames, sohoa, window, "scan", "HS.02", SHEETS),
        "A4, 300 dpi, colour": run(frames, sohoa, window, "scan-2", "HS.03", SHEETS),
    }
    with recognition(sohoa, root, work) as reading:
        found["busy"] = run(frames, sohoa, window, "scroll", "HS.01", FRAMES)
        beside = run(frames, sohoa, window, "scan-2", "HS.04", SHEETS)
        found["seen"]["A4, 300 dpi, colour, beside recognition"] = beside
        if reading.poll() is not None:
            sys.exit("bench: recognition was over before the frames were")
    sohoa.new_archive()
    listed = work / "many.csv"
    listed.write_text(inventory(DOSSIERS), encoding="utf-8")
    contenders.must([*sohoa.on_archive(), "inventory", "import", listed], sohoa.env)
    found["many"] = run(frames, sohoa, window, "inventory", "ho tich 099", FRAMES)
    return found


def inventory(dossiers):
    """A list of so many dossiers: 5 fonds, 40 series, 5 000 boxes."""
    lines = ["mã hồ sơ,tên phông,mục lục số,hộp số,tiêu đề hồ sơ,số lượng trang"]
    for n in range(dossiers):
        box = n // 20
        place = f"Phông số {box // 1000 + 1},Mục lục {box // 125 % 8 + 1:02},{box % 125 + 1}"
        title = f"Hồ sơ đăng ký hộ tịch, việc kết hôn và khai sinh số {n % 9973} năm {1950 + n % 47}"
        lines.append(f'H49.{box:04}.{n:06},{place},"{title}",{4 + n % 90}')
    return "\n".join(lines) + "\n"


def run(frames, sohoa, window, mode, dossier, count):
    command = [frames, sohoa.archive, window, mode, dossier, str(count)]
    done = subprocess.run(command, env=sohoa.env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: frames: {done.stderr.decode('utf-8', 'replace')}")
    return json.loads(done.stdout)


class recognition:
    """All cores read pages of another archive as long as this lasts."""

    def __init__(self, sohoa, root, work):
        other = sohoa.archive.with_name("busy-archive")
        shutil.rmtree(other, ignore_errors=True)
        contenders.must([sohoa.program, "init", "--demo", other], sohoa.env)
        folder = pages.made_dossier(root, work, 1000)
        self.command = [
            sohoa.program, "--archive", other, "--operator", "bench", "import", folder, "--lang", "vie", "--json"
        ]
        self.env = sohoa.env

    def __enter__(self):
        nothing = subprocess.DEVNULL
        self.process = subprocess.Popen(self.command, env=self.env, stdin=nothing, stdout=nothing, stderr=nothing)
        time.sleep(5)
        return self.process

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def real_window(sohoa, window):
    """Seconds to the first frame, peak memory with its helpers while the contact sheet is walked, share of a core at rest."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    env = {**sohoa.env, "DISPLAY": ":" + server.stdout.readline().decode().strip(), "LIBGL_ALWAYS_SOFTWARE": "1"}
    env.pop("WAYLAND_DISPLAY", None)
    nothing = subprocess.DEVNULL
    try:
        begun = time.monotonic()
        process = subprocess.Popen(
            [window, "--archive", sohoa.archive, "--ui-lang", "vi"], env=env, stdin=nothing, stdout=nothing,
            stderr=nothing, start_new_session=True,
        )
        # The window is mapped once its first frame is painted.
        xdotool(env, "search", "--sync", "--onlyvisible", "--name", "Sohoa", "windowfocus")
        first = time.monotonic() - begun
        time.sleep(2)
        for keys in ("ctrl+2", "Return"):
            xdotool(env, "key", keys)
            time.sleep(2)
        xdotool(env, "mousemove", "250", "500")
        peak = 0
        for _ in range(60):
            xdotool(env, "click", "--repeat", "5", "--delay", "10", "5")
            peak = max(peak, sum(memory.proportional_size(pid) for pid in memory.family(process.pid)))
        time.sleep(5)
        before = busy(process.pid)
        time.sleep(REST)
        rest = (busy(process.pid) - before) / REST
        if process.poll() is not None:
            sys.exit("bench: the window closed")
        process.terminate()
        process.wait()
    finally:
        server.terminate()
        server.wait()
    return {"first": first, "peak": peak, "rest": rest}


def xdotool(env, *arguments):
    subprocess.run(["xdotool", *arguments], env=env, stdout=subprocess.DEVNULL, check=True)


def busy(pid):
    """Processor seconds of a process and all it started."""
    ticks = 0
    for member in memory.family(pid):
        try:
            stat = Path("/proc", str(member), "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
