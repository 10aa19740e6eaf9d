"""Times the peer and FlowOde in turns, keeps every raw line, and makes a Markdown table of the medians. Needs nothing but Python.

  compare.py run --work NAME --raw FILE.jsonl   measures, appends to the raw lines, and prints the table of all of them
  compare.py table FILE.jsonl                   prints the table of raw lines again

A repetition runs the peer with every linear algebra and number of threads, then FlowOde with every number of threads. The peer's setting
with the lowest median stands for the peer, and likewise for FlowOde; the ratio is taken within each repetition.
"""
import argparse
import glob
import json
import os
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
LIBRARIES = ("openblas-openmp", "openblas-pthread", "blis-openmp")
DEFAULT = "default"
PROGRAM = ["dotnet", "run", "-c", "Release", "--no-build", "--project", os.path.join(ROOT, "tools", "FlowOde.Cli"), "--"]
OURS = (
    "flowode bench 8gaussians --hidden 64,64,64 --batch 512 --base-time 0.5 --data-time 0 --solver dopri5 --rtol 1e-5 --atol 1e-5 --warm-start off "
    "--trace hutchinson --probe-distribution gaussian --average 0 --threads {threads} --json")
HEADER = ("work", "peer, ms", "FlowOde, ms", "peer / FlowOde, median (range)", "NFE of the peer", "NFE of FlowOde", "repetitions")


class Setting(NamedTuple):
    """One of the things that a repetition runs."""

    side: str
    name: str
    command: list
    variables: dict
    field: str
    nfe: str


def fail(message):
    """Ends the script with one line on standard error."""
    raise SystemExit(f"compare.py: {message}")


def read_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    run.add_argument("--work", required=True, help="what is compared: the first column of the table")
    run.add_argument("--raw", required=True, help="the file of raw lines; is appended to")
    run.add_argument("--peer", default="step.py", help="a script of this folder with its options")
    run.add_argument("--peer-field", default="ms", help="the milliseconds in the peer's line")
    run.add_argument("--peer-nfe", default="nfe_forward,nfe_backward", help="the evaluations in the peer's line")
    run.add_argument("--python", default=sys.executable, help="the Python that has PyTorch")
    run.add_argument("--blas", default="all", help="names of folders under /usr/lib/*/ or 'default', with commas; all: those that are found, and the default")
    run.add_argument("--threads", default="1,2", help="numbers of threads to try, with commas")
    run.add_argument("--ours", default=OURS, help="a command whose output ends with a JSON object; {threads} is each number of threads, flowode the program of this repository")
    run.add_argument("--field", default="training.milliseconds", help="the milliseconds in our object")
    run.add_argument("--nfe", default="training.nfeForward,training.nfeBackward", help="the evaluations in our object")
    run.add_argument("--repetitions", type=int, default=5)
    run.add_argument("--timeout", type=float, default=900, help="seconds after which a setting is given up")
    table = verbs.add_parser("table")
    table.add_argument("raw", help="the file of raw lines")
    return parser.parse_args()


def folders():
    """Folder of each linear algebra that is installed, by name."""
    found = (path for name in LIBRARIES for path in sorted(glob.glob(f"/usr/lib/*/{name}")) if glob.glob(os.path.join(path, "libblas.so*")))
    return {os.path.basename(path): path for path in found}


def chosen(names):
    """The linear algebras to try: (name, folder), the folder of the default being None."""
    found = folders() | {DEFAULT: None}
    wanted = list(found) if names == "all" else names.split(",")
    for name in wanted:
        if name not in found:
            fail(f"--blas: there is no '{name}' here; found are {', '.join(found)}.")
    return [(name, found[name]) for name in wanted]


def numbers(text):
    """Whole numbers with commas between them."""
    try:
        values = [int(part) for part in text.split(",")]
    except ValueError:
        values = [0]
    return values if min(values) > 0 else fail(f"--threads: '{text}' is no list of positive whole numbers such as 1,2.")


def of_threads(count):
    """A number of threads in words."""
    return "1 thread" if count == 1 else f"{count} threads"


def environment(threads, folder):
    """The variables of a process that computes with this many threads and this linear algebra."""
    variables = os.environ | {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "BLIS", "MKL")}
    if folder:
        variables["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("LD_LIBRARY_PATH")]))
    return variables


def last_object(text):
    """The JSON object that a program's output ends with, on one line or on several."""
    lines = text.rstrip().splitlines()
    for start in range(len(lines) - 1, -1, -1):
        if lines[start].startswith("{"):
            try:
                return json.loads("\n".join(lines[start:]))
            except ValueError:
                return None
    return None


def field(line, path):
    """A number by its path, such as a.b.c; None where there is none."""
    for name in path.split("."):
        line = line.get(name) if isinstance(line, dict) else None
    return line if isinstance(line, (int, float)) and not isinstance(line, bool) else None


def measure(setting, timeout):
    """Runs a setting and returns the object it prints, or None where it took too long."""
    try:
        process = subprocess.Popen(setting.command, env=setting.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    except OSError as problem:
        fail(f"'{setting.command[0]}' cannot be started: {problem.strerror}.")
    try:
        written, said = process.communicate(timeout=timeout)
    except BaseException as problem:
        os.killpg(process.pid, signal.SIGKILL)  # with the program that a launcher started
        process.communicate()
        if isinstance(problem, subprocess.TimeoutExpired):
            return None
        raise
    line = last_object(written) if process.returncode == 0 else None
    if line is None:
        last = (said.strip() or written.strip() or "nothing").splitlines()[-1]
        fail(f"'{shlex.join(setting.command)}' ended with exit code {process.returncode} and without a JSON object. It said: {last}")
    return line


def peer_command(arguments, threads):
    """The peer's command for a number of threads."""
    script, *options = shlex.split(arguments.peer)
    return [arguments.python, os.path.join(HERE, script), "--threads", str(threads), *options]


def our_command(arguments, threads):
    """Our command for a number of threads."""
    first, *rest = shlex.split(arguments.ours.replace("{threads}", str(threads)))
    return [*(PROGRAM if first == "flowode" and not shutil.which(first) else [first]), *rest]


def settings(arguments):
    """What a repetition runs: the peer with all it can have, then FlowOde."""
    threads = numbers(arguments.threads)
    peers = [
        Setting("peer", f"{name}, {of_threads(count)}", peer_command(arguments, count), environment(count, folder), arguments.peer_field, arguments.peer_nfe)
        for name, folder in chosen(arguments.blas) for count in threads]
    ours = [
        Setting("ours", of_threads(count) if count else "as given", our_command(arguments, count), dict(os.environ), arguments.field, arguments.nfe)
        for count in (threads if "{threads}" in arguments.ours else [None])]
    return peers + ours


def entry_of(setting, work, repetition, line):
    """What is kept of a measurement: the numbers of the table, and the line that they were in."""
    shown = shlex.join(setting.command)
    milliseconds = field(line, setting.field)
    if milliseconds is None:
        fail(f"'{shown}' printed no number '{setting.field}'; its object has {', '.join(line)}.")
    if line.get("reached") is False:
        fail(f"'{shown}' did not reach its target; give it more minutes.")
    loaded = line.get("blas")
    asked = setting.name.split(",")[0]
    name = setting.name if loaded is None or asked in loaded.split("+") else f"{setting.name}: {loaded}"
    return {
        "work": work, "repetition": repetition, "side": setting.side, "setting": name, "ms": milliseconds,
        "nfe": [field(line, path) for path in setting.nfe.split(",")], "line": line}


def run(arguments):
    """Measures, and appends every line as soon as it is there."""
    if arguments.repetitions < 1:
        fail("--repetitions is at least 1.")
    before = read(arguments.raw) if os.path.exists(arguments.raw) else []
    first = 1 + max((entry["repetition"] for entry in before if entry["work"] == arguments.work), default=0)
    plan = settings(arguments)
    for repetition in range(first, first + arguments.repetitions):
        for setting in list(plan):
            line = measure(setting, arguments.timeout)
            if line is None:
                plan.remove(setting)
                print(f"compare.py: {setting.side}, {setting.name}: given up after {arguments.timeout:g} seconds.", file=sys.stderr)
                continue
            entry = entry_of(setting, arguments.work, repetition, line)
            with open(arguments.raw, "a", encoding="utf-8") as raw:
                raw.write(json.dumps(entry) + "\n")
            print(f"{entry['work']}, repetition {repetition}: {entry['side']}, {entry['setting']}: {entry['ms']:.4g} ms", file=sys.stderr)
    print_table(read(arguments.raw) if os.path.exists(arguments.raw) else [])


def read(file):
    """The raw lines of a file."""
    try:
        with open(file, encoding="utf-8") as raw:
            return [json.loads(line) for line in raw if line.strip()]
    except (OSError, ValueError) as problem:
        return fail(f"'{file}' cannot be read: {problem}")


def fastest(entries):
    """The setting with the lowest median of those that are in every repetition: its name, and its entries by repetition."""
    by_setting = {}
    for entry in entries:
        by_setting.setdefault(entry["setting"], {})[entry["repetition"]] = entry
    most = max(map(len, by_setting.values()))
    complete = {name: found for name, found in by_setting.items() if len(found) == most}
    name = min(complete, key=lambda key: statistics.median(entry["ms"] for entry in complete[key].values()))
    return name, complete[name]


def nfe(entries):
    """Median evaluations forward and back, or a dash."""
    counts = [[count for count in column if count is not None] for column in zip(*(entry["nfe"] for entry in entries))]
    return " / ".join(f"{statistics.median(column):.3g}" for column in counts if column) or "–"


def row(work, entries):
    """The row of one work, or None where a side is missing."""
    sides = {side: [entry for entry in entries if entry["side"] == side] for side in ("peer", "ours")}
    if not all(sides.values()):
        return None
    (peer_setting, peer), (our_setting, ours) = fastest(sides["peer"]), fastest(sides["ours"])
    both = sorted(peer.keys() & ours.keys())
    if not both:
        return None
    ratios = [peer[repetition]["ms"] / ours[repetition]["ms"] for repetition in both]

    def median(found):
        return statistics.median(found[repetition]["ms"] for repetition in both)

    return (
        work, f"{median(peer):.4g} ({peer_setting})", f"{median(ours):.4g} ({our_setting})",
        f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})", nfe(peer.values()), nfe(ours.values()), str(len(both)))


def print_table(entries):
    """Prints a row for each work, in the order in which they were first measured."""
    rows = [row(work, [entry for entry in entries if entry["work"] == work]) for work in dict.fromkeys(entry["work"] for entry in entries)]
    for cells in (HEADER, ["---"] * len(HEADER), *filter(None, rows)):
        print(f"| {' | '.join(cells)} |")


def main():
    """Runs a verb."""
    arguments = read_arguments()
    if arguments.verb == "run":
        run(arguments)
    else:
        print_table(read(arguments.raw))


main()
