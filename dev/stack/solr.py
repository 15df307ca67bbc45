"""Solr: a real one, fetched by Maven, with cores for the demo, the tests and the bench."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from pathlib import Path

from dev.stack import java, ports, python
from dev.stack.processes import pid_of, run, spawn, stop, wait_for
from dev.stack.progress import Problem, step
from dev.stack.state import State, digest

NAME = "solr"
SOURCE = Path(__file__).resolve().parents[1] / "solr"
CORES = {
    "demo": "ckan",
    "test": "ckan_test",
    "test_2": "ckan_test_2",
    "bench_stock": "bench_stock",
    "bench_isp": "bench_isp",
}

# what is gone within the minute need not go to the disk, which takes longer than all else
IN_MEMORY = "isp.directory=solr.ByteBuffersDirectoryFactory\nisp.lock=single\n"
QUICK_TO_START = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def build(state: State) -> None:
    """Maven, once; into an empty folder, or what an older pom left there would be mixed in."""
    key = digest(SOURCE / "pom.xml")
    if state.done("solr", key):
        return
    folder = state.path("solr", "build")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(SOURCE / "pom.xml", folder)
    log = state.log("maven")
    with step("Solr, by Maven", log):
        home = {"JAVA_HOME": str(program().parents[1])}
        run(
            state,
            ["mvn", "-B", "-ntp", "-Dstyle.color=never", "-f", folder, "package"],
            log,
            env=home,
            downloads=True,
        )
    state.mark("solr", key)


def program() -> Path:
    best = java.found()
    if best is None or not java.fits():
        raise Problem(f"Solr needs Java {java.OLDEST} or newer, with its compiler.")
    return best[0]


def prepare_home(state: State) -> Path:
    """The configuration is written anew at each start; the index is kept."""
    home = state.path("solr", "home")
    conf = home / "configsets" / "ckan" / "conf"
    shutil.copytree(SOURCE / "configset" / "conf", conf, dirs_exist_ok=True)
    shutil.copy(SOURCE / "solr.xml", home)
    shutil.copy(schema(state), conf)
    for purpose, core in CORES.items():
        place = IN_MEMORY if purpose.startswith("test") else ""
        (home / core).mkdir(exist_ok=True)
        (home / core / "core.properties").write_text(f"name={core}\nconfigSet=ckan\n{place}")
    return home


def up(state: State) -> int:
    key = fingerprint(state)
    if not state.done("solr-runs", key):
        stop(state, NAME)
    running = pid_of(state, NAME) is not None
    port = ports.assign(state, NAME)
    if not running:
        home = prepare_home(state)
        options = [*QUICK_TO_START, "-Djava.awt.headless=true", "-Dlog4j2.formatMsgNoLookups=true"]
        jars = state.path("solr", "build", "target", "lib", "*")
        launcher = SOURCE / "SolrLauncher.java"
        spawn(state, NAME, [program(), *options, "-cp", jars, launcher, home, str(port)])
    wait_for(state, NAME, lambda: all(serves(port, core) for core in CORES.values()))
    state.mark("solr-runs", key)
    return port


def fingerprint(state: State) -> str:
    """Changes with what it runs from: a new core, say, is there after a start only."""
    files = [SOURCE / "SolrLauncher.java", *sorted((SOURCE / "configset" / "conf").iterdir())]
    return digest(*files, schema(state), *CORES.values(), IN_MEMORY, *QUICK_TO_START)


def schema(state: State) -> Path:
    return python.package(state, "ckan") / "config" / "solr" / "schema.xml"


def serves(port: int, core: str) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/solr/{core}/select?q=*:*&rows=0", timeout=5
        ):
            return True
    except (urllib.error.URLError, OSError):
        return False


def empty(state: State, purpose: str) -> None:
    """No document of any portal's."""
    address = urls(state, purpose)["CKAN_SOLR_URL"] + "/update?commit=true"
    body, kind = b'{"delete": {"query": "*:*"}}', {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address, body, kind), timeout=60).close()


def urls(state: State, purpose: str) -> dict[str, str]:
    place = f"127.0.0.1:{state.get('ports', NAME)}"
    return {"CKAN_SOLR_URL": f"http://{place}/solr/{CORES[purpose]}"}
