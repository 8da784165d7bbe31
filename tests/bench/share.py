"""How much processor time an import spends outside of Tesseract's own calls."""

import resource
import sys

import contenders


def outside_tesseract(sohoa, page_set, source):
    """Seconds of processor time of an import, and how many of them are Tesseract's."""
    library, told = sohoa.work / "tesseract_time.so", sohoa.work / "tesseract-time"
    build = ["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    contenders.must(build, contenders.environment())
    told.unlink(missing_ok=True)
    sohoa.new_archive()
    env = {**sohoa.env, "LD_PRELOAD": str(library), "SOHOA_TESSERACT_TIME": str(told)}
    before = processor_time()
    command = sohoa.importing(sohoa.folder_of(page_set.language).parent, page_set.language)
    done = contenders.must(command, env, allowed=(0, 3))
    whole = processor_time() - before
    sohoa.check(done.stdout, len(page_set.images))
    if not told.is_file():
        sys.exit("bench: Tesseract was never called through the library that measures it")
    inside = sum(int(line.split()[1]) for line in told.read_text(encoding="ascii").splitlines()) / 1e9
    return whole, inside


def processor_time():
    """Seconds of user and system time of all children that have ended, theirs included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
