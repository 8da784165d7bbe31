"""The hub under load: records, files, polling stations, the progress page, and what it needs of memory.

A PostgreSQL of the bench's own (fsync on) and one hub with TLS run on this machine, beside the program that loads them
(sohoa-hub-load). Everything lies under target/bench/hub and is made anew each time.
"""

import http.client
import json
import os
import pwd
import re
import shutil
import socket
import sqlite3
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import contenders

PAGES = 1_000_000
STATIONS = 20
FILES, FILE_BYTES, SENDING = 400, 1_000_000, 4
POLLING, POLLING_SECONDS = 200, 20
LARGE_DOSSIERS, PAGES_A_DOSSIER = 200_000, 50
ROUNDS = 5
PASSWORD = "mật khẩu để đo, dài hơn mười hai chữ"


class Cluster:
    """A PostgreSQL in a folder, reached through a socket in it."""

    def __init__(self, folder):
        self.folder = folder
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not versions:
            sys.exit("bench: there is no PostgreSQL; packaging/setup judges installs it")
        self.programs = versions[-1].parent
        folder.mkdir(parents=True)
        data = folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            for path in (folder, data):
                shutil.chown(path, "postgres", "postgres")
        words = ["-D", str(data), "-U", "sohoa", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self.run([self.programs / "initdb", *words])
        options = "-c listen_addresses= -c max_connections=200 -c shared_buffers=1GB -c max_wal_size=4GB"
        self.server = subprocess.Popen(
            [*self.who(), self.programs / "postgres", "-D", data, "-k", data, *options.split()],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=(Path(folder.parent) / "postgres.log").open("w"),
        )
        self.data = data
        until = time.monotonic() + 60
        while self.try_sql("postgres", "SELECT 1") is None:
            if time.monotonic() > until:
                sys.exit("bench: PostgreSQL does not answer")
            time.sleep(0.1)
        self.sql("postgres", "CREATE DATABASE hub")
        self.sql("postgres", "CREATE DATABASE hub_of_bucket")

    @staticmethod
    def who():
        if os.geteuid() != 0:
            return []
        name = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={name.pw_uid}", f"--regid={name.pw_gid}", "--clear-groups", "--"]

    def run(self, command):
        done = subprocess.run([*self.who(), *map(str, command)], cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"bench: {command[0]}: {done.stderr}")

    def address(self, database):
        return f"postgres://sohoa@localhost/{database}?host={self.data}"

    def try_sql(self, database, text, source=None):
        command = [self.programs / "psql", "-h", self.data, "-U", "sohoa", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atqc", text]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=source)
        return done.stdout.strip() if done.returncode == 0 else None

    def sql(self, database, text, source=None):
        found = self.try_sql(database, text, source)
        if found is None:
            sys.exit(f"bench: PostgreSQL refuses: {text[:200]}")
        return found

    def seconds(self):
        """Processor time of all of its processes so far."""
        return family_seconds(self.server.pid)

    def stop(self):
        self.server.send_signal(2)
        self.server.wait()


class Bucket:
    """S3Proxy over a folder, as the tests of the hub start it, but with all that the compiler of Java does."""

    NAME, ACCESS, SECRET = "hub", "hub-access-key", "hub-secret-key"

    def __init__(self, folder, program):
        if not program.is_file():
            sys.exit("bench: there is no S3Proxy; packaging/setup bench installs it")
        (folder / "objects" / self.NAME).mkdir(parents=True)
        settings, self.secret = folder / "s3proxy.conf", folder / "secret"
        self.secret.write_text(self.SECRET, encoding="ascii")
        settings.write_text(
            f"s3proxy.endpoint=http://127.0.0.1:0\ns3proxy.authorization=aws-v4\ns3proxy.identity={self.ACCESS}\n"
            f"s3proxy.credential={self.SECRET}\njclouds.provider=filesystem-nio2\njclouds.identity=-\njclouds.credential=-\n"
            f"jclouds.filesystem.basedir={folder / 'objects'}\ns3proxy.ignore-unknown-headers=true\n",
            encoding="utf-8",
        )
        quiet = "-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener"
        command = ["java", "-Xmx1g", quiet, "-jar", program, "--properties", settings]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ""
        for line in self.server.stdout:
            said += line
            if "Started ServerConnector" in line:
                self.endpoint = f"http://{line.rpartition('{')[2].strip().rstrip('}')}"
                break
        else:
            sys.exit(f"bench: S3Proxy does not start: {said}")
        # What it says from now on is not wanted, but it must be able to say it.
        threading.Thread(target=self.server.stdout.read, daemon=True).start()

    def store(self):
        return (
            f"[store.s3]\nendpoint = '{self.endpoint}'\nbucket = '{self.NAME}'\naccess_key = '{self.ACCESS}'\n"
            f"secret_key_file = '{self.secret}'\nallow_http = true\n"
        )

    def stop(self):
        self.server.terminate()
        self.server.wait()


class Hub:
    """One hub with a certificate of its own, on a database and a store (lines of its settings)."""

    def __init__(self, program, address, folder, store):
        self.program, self.folder = program, folder
        folder.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self.authority, self.tls_key = folder / "hub.pem", folder / "hub-tls.key"
        request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        request += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        request += ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", self.tls_key, "-out", self.authority]
        subprocess.run(list(map(str, request)), check=True, capture_output=True)
        self.settings = folder / "hub.toml"
        self.settings.write_text(
            f"listen = '127.0.0.1:{self.port}'\npublic_url = '{self.url}'\ndatabase = '{address}'\n"
            f"key_file = '{folder}/hub.key'\n{store}[tls]\ncertificate = '{self.authority}'\n"
            f"key = '{self.tls_key}'\nauthority = '{self.authority}'\n",
            encoding="utf-8",
        )
        self.say("migrate")
        self.serving = subprocess.Popen(
            [program, "--config", self.settings, "serve"], stdout=subprocess.PIPE, stderr=(folder / "hub.log").open("w"), text=True
        )
        if not self.serving.stdout.readline().startswith("listening"):
            sys.exit(f"bench: the hub does not start: {(folder / 'hub.log').read_text(encoding='utf-8')}")

    def say(self, *words, given=None):
        done = subprocess.run(
            [self.program, "--config", self.settings, *words], capture_output=True, text=True, check=False, input=given
        )
        if done.returncode:
            sys.exit(f"bench: sohoa-hub {words[0]}: {done.stderr}")
        return done.stdout

    def invite(self, name):
        return self.say("enrol", "--unit", "so", "--unit-name", "Sở Tư pháp", "--name", name).strip()

    def peak(self):
        """Bytes of memory that the process had at most."""
        text = Path(f"/proc/{self.serving.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1)) * 1024

    def seconds(self):
        """Processor time so far."""
        return own_seconds(self.serving.pid, False)

    def stop(self):
        self.serving.terminate()
        self.serving.wait()


def family_seconds(process):
    """Processor time of a process, its children, and those of them that have ended."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return own_seconds(process, True) + sum(own_seconds(child, False) for child in children)


def own_seconds(process, with_ended):
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    ticks = sum(int(field) for field in fields[11 : 15 if with_ended else 13])
    return ticks / os.sysconf("SC_CLK_TCK")


class Load:
    """The program that plays the stations."""

    def __init__(self, program):
        self.program = program

    def run(self, *words):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"bench: sohoa-hub-load {words[0]}: {done.stderr}")
        return json.loads(done.stdout)


def measure(sohoa, work, archive, pages=PAGES, large=LARGE_DOSSIERS):
    """All figures, by name; `sohoa` is the program of a station and `archive` its archive of a million pages."""
    base = work / "hub"
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    for path in (work, *work.parents):
        if not path.stat().st_mode & 0o001 and os.geteuid() == 0:
            sys.exit(f"bench: the user postgres can't go through {path}")
    cluster = Cluster(base / "postgres")
    try:
        load = Load(sohoa.program.with_name("sohoa-hub-load"))
        program, store = sohoa.program.with_name("sohoa-hub"), base / "store"
        store.mkdir()
        hub = Hub(program, cluster.address("hub"), base, f"[store]\nfolder = '{store}'\n")
        try:
            found = of_hub(hub, cluster, load, base, sohoa, archive, pages, large)
        finally:
            hub.stop()
        found["bucket"] = of_bucket(program, cluster, load, base / "bucket", work.parent / "tools" / "s3proxy.jar")
        return found
    finally:
        cluster.stop()


def of_hub(hub, cluster, load, base, sohoa, archive, pages, large):
    found = {}
    invitations = base / "invitations"
    invitations.write_text("\n".join(hub.invite(f"Trạm {number}") for number in range(STATIONS)), encoding="utf-8")
    with subprocess.Popen([load.program, "staged", str(pages), str(STATIONS)], stdout=subprocess.PIPE) as staged:
        columns = "sha256, unit_no, key, bytes, state, lease_until, touched_at"
        cluster.sql("hub", f"COPY staged ({columns}) FROM STDIN", staged.stdout)
    cluster.sql("hub", "ANALYZE")
    before = hub.seconds(), cluster.seconds()
    found["records"] = load.run("records", hub.url, hub.authority, invitations, pages)
    found["hub_seconds"], found["postgres_seconds"] = hub.seconds() - before[0], cluster.seconds() - before[1]
    counted = cluster.sql("hub", "SELECT count(*) FROM page")
    if int(counted) != pages // STATIONS * STATIONS:
        sys.exit(f"bench: {counted} pages arrived")
    found["memory_records"] = hub.peak()

    before = hub.seconds(), cluster.seconds()
    found["files"] = files(hub, load)
    found["files_seconds"] = (hub.seconds() - before[0]) / ROUNDS
    found["files_postgres_seconds"] = (cluster.seconds() - before[1]) / ROUNDS

    polling = base / "polling"
    polling.write_text("\n".join(hub.invite(f"Trạm hỏi {number}") for number in range(POLLING)), encoding="utf-8")
    found["poll"] = load.run("poll", hub.url, hub.authority, polling, POLLING, POLLING_SECONDS)

    found["no_change"] = no_change(hub, sohoa, archive, base)
    fill(cluster, large)
    found["progress"] = progress(hub)
    found["memory"] = hub.peak()
    return found


def files(hub, load):
    """Megabytes a second through the hub, by its store alone, and over TLS without a hub: the medians of some rounds."""
    sending = hub.folder / "sending"
    sending.write_text("\n".join(hub.invite(f"Trạm tệp {number}") for number in range(SENDING)), encoding="utf-8")
    words = hub.url, hub.authority, hub.tls_key, sending, FILES, FILE_BYTES, ROUNDS, hub.settings
    rounds = load.run("files", *words)
    return {name: statistics.median(figures) for name, figures in rounds.items()}


def of_bucket(program, cluster, load, folder, service):
    """The files again, by a hub whose store is a bucket of a service that speaks S3."""
    folder.mkdir()
    bucket = Bucket(folder, service)
    try:
        hub = Hub(program, cluster.address("hub_of_bucket"), folder, bucket.store())
        try:
            return files(hub, load)
        finally:
            hub.stop()
    finally:
        bucket.stop()


def no_change(hub, sohoa, archive, base):
    """Seconds of a sync of a station of a million pages that has nothing to say; its marks are taken for said."""
    copy = base / "archive"
    shutil.copytree(archive, copy)
    catalog = [sohoa.program, "--archive", copy]
    contenders.must([*catalog, "enrol", hub.invite("Trạm lớn"), "--authority", hub.authority], sohoa.env)
    with sqlite3.connect(copy / "catalog.sqlite") as database:
        database.execute("DELETE FROM outbox")
    database.close()
    command = [*catalog, "--operator", "Nguyễn Thị Lan", "sync", "--json"]
    contenders.must(command, sohoa.env)
    spent = []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        said = json.loads(contenders.must(command, sohoa.env).stdout)
        spent.append(time.monotonic() - begun)
        if said["records"]:
            sys.exit(f"bench: there was something to say: {said}")
    return statistics.median(spent)


def fill(cluster, dossiers):
    """Dossiers of fifty pages each, of 200 stations, 50 fonds and all states, with counters; their pages, which the page of
    progress does not read, are in the counters alone."""
    cluster.sql(
        "hub",
        f"""
        TRUNCATE page, dossier, progress, progress_top, accepted_day, amount;
        INSERT INTO station (station, unit_no, name, epoch, chain)
            SELECT gen_random_uuid(), 1, 'Trạm số ' || n, 1, '\\x00' FROM generate_series(1, 200) n;
        INSERT INTO fonds (unit_no, code) SELECT 1, 'P-' || n FROM generate_series(1, 50) n;
        INSERT INTO dossier (dossier, station_no, fonds_no, code, state, pages, documents, a4_thousandths, bytes, rescan,
            below_standard, accepted_on, retired, rev, line8, seq)
            SELECT gen_random_uuid(), s.no, f.no, 'H-' || n, n % 9, {PAGES_A_DOSSIER}, 1, 50000, 45000000, n % 500 = 0, false,
                CASE WHEN n % 9 >= 7 THEN to_char(date '2026-11-27' - (n % 250)::int, 'YYYY-MM-DD') END, false, 1, 0, n
            FROM generate_series(1, {dossiers}) n
            JOIN (SELECT station_no AS no, row_number() OVER (ORDER BY station_no DESC) - 1 AS r FROM station) s ON s.r = n % 200
            JOIN (SELECT fonds_no AS no, row_number() OVER (ORDER BY fonds_no DESC) - 1 AS r FROM fonds) f ON f.r = n % 50;
        INSERT INTO progress SELECT station_no, fonds_no, state, count(*), sum(pages), sum(a4_thousandths), sum(bytes)
            FROM dossier GROUP BY 1, 2, 3;
        INSERT INTO progress_top SELECT station_no, state, sum(dossiers), sum(pages), sum(a4_thousandths), sum(bytes)
            FROM progress GROUP BY 1, 2;
        INSERT INTO accepted_day SELECT 1, accepted_on, '', false, station_no % 8, count(*), sum(pages) FROM dossier
            WHERE accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
        INSERT INTO amount SELECT 1, '', false, state >= 7, station_no % 8, count(*), sum(pages) FROM dossier
            GROUP BY 1, 2, 3, 4, 5;
        """,
    )
    cluster.sql("hub", "VACUUM ANALYZE dossier, progress, progress_top, accepted_day, amount, station")


def progress(hub):
    """Milliseconds from the request for the page of progress to its last byte, on one connection: median and longest."""
    hub.say("person", "nam", "--name", "Vũ Đình Nam", "--role", "supervisor", "--unit", "so", given=PASSWORD + "\n")
    context = ssl.create_default_context(cafile=str(hub.authority))
    connection = http.client.HTTPSConnection("127.0.0.1", hub.port, context=context)

    def ask(method, path, body=None, cookie=""):
        headers = {"Cookie": cookie, "Accept": "text/html", "Accept-Language": "vi"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()

    _, headers, text = ask("GET", "/sign-in")
    cookie = headers["set-cookie"].split(";")[0]
    token = re.search(r'name="token" value="([^"]+)"', text).group(1)
    form = urllib.parse.urlencode({"token": token, "login": "nam", "password": PASSWORD})
    status, headers, text = ask("POST", "/sign-in", form, cookie)
    if "set-cookie" not in headers:
        sys.exit(f"bench: nobody could sign in: {status} {text[:300]}")
    cookie = headers["set-cookie"].split(";")[0]
    spent = []
    for _ in range(4 * ROUNDS):
        begun = time.monotonic()
        status, _, text = ask("GET", "/progress", cookie=cookie)
        spent.append(1000 * (time.monotonic() - begun))
        if status != 200 or "P-1" not in text:
            sys.exit(f"bench: no page of progress: {status} {text[:300]}")
    return {"median_ms": statistics.median(spent), "max_ms": max(spent)}
