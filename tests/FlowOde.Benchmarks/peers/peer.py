"""What the scripts of this folder share: the peer's code, found through PEER, a model as its authors build it, toy data, and the line they print.

The peer is FFJORD as its authors wrote it (rtqichen/ffjord on rtqichen/torchdiffeq), imported unmodified from $PEER/ffjord and $PEER/torchdiffeq.
"""
import argparse
import json
import math
import os
import statistics
import sys
import time
import warnings
from types import SimpleNamespace

MODES = 8
RADIUS = 4 / 1.414  # the authors' divisor is 1.414, not the root of 2
DEVIATION = 0.5 / 1.414


def fail(message):
    """Ends the script with one line on standard error."""
    raise SystemExit(f"{os.path.basename(sys.argv[0])}: {message}")


def options(description, formatter=argparse.ArgumentDefaultsHelpFormatter):
    """A parser with the options that every script has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=formatter)
    parser.add_argument("--threads", type=at_least(1), default=1, help="threads of PyTorch; set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to the same")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def at_least(smallest):
    """A kind of argument: a whole number that is not too small."""
    def number(text):
        value = int(text)
        if value < smallest:
            raise argparse.ArgumentTypeError(f"expected a whole number of at least {smallest}")
        return value
    return number


def load(threads, seed):
    """Imports PyTorch and the peer, and says what is missing where it cannot."""
    root = os.environ.get("PEER")
    if not root:
        fail("PEER is not set; it names the folder that holds the peer's ffjord and torchdiffeq.")
    for folder, package in (("torchdiffeq", "torchdiffeq"), ("ffjord", "lib")):
        if not os.path.isdir(os.path.join(root, folder, package)):
            fail(f"PEER is '{root}', where there is no {folder}/{package}; unpack rtqichen/{folder} there.")
    warnings.filterwarnings("ignore")  # of a newer PyTorch than the peer was written for
    sys.path[:0] = [os.path.join(root, "torchdiffeq"), os.path.join(root, "ffjord")]
    try:
        import numpy
        import torch
        import lib.layers
        import train_misc
    except ImportError as problem:
        fail(f"{problem}. The peer needs PyTorch, NumPy, SciPy and six (on Debian python3-torch, python3-scipy, python3-six).")
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    return SimpleNamespace(torch=torch, numpy=numpy, layers=lib.layers, train_misc=train_misc)


def flow(peer, dimension, hidden, blocks=1, nonlinearity="tanh", divergence="brute_force", end_time=0.5, absolute=1e-5, relative=1e-5):
    """A model for tables as the authors build it: concatsquash layers, dopri5, the adjoint of torchdiffeq."""
    settings = SimpleNamespace(
        dims="-".join(map(str, hidden)), num_blocks=blocks, layer_type="concatsquash", nonlinearity=nonlinearity, divergence_fn=divergence,
        residual=False, rademacher=False, batch_norm=False, time_length=end_time, train_T=True, solver="dopri5", atol=absolute, rtol=relative,
        step_size=None, test_solver=None, test_atol=None, test_rtol=None)
    return peer.train_misc.build_model_tabular(settings, dimension)


def negative_log_density(peer, model, rows):
    """-log p of each row in nats, as a column."""
    base, delta = model(rows, peer.torch.zeros(len(rows), 1))
    return delta - peer.train_misc.standard_normal_logprob(base).sum(1, keepdim=True)


def train_step(peer, model, optimizer, rows):
    """One training step. Returns the loss, the evaluations forward and back, and the seconds of each half."""
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = negative_log_density(peer, model, rows).mean()
    forward = int(peer.train_misc.count_nfe(model))
    half = time.perf_counter()
    loss.backward()
    optimizer.step()
    end = time.perf_counter()
    return SimpleNamespace(
        loss=loss.item(), forward=forward, backward=int(peer.train_misc.count_nfe(model)) - forward, forward_seconds=half - start, backward_seconds=end - half)


def eight_gaussians(numpy, random, count):
    """Rows of the authors' 8gaussians, drawn all at once (theirs are drawn one by one)."""
    angles = random.randint(MODES, size=count) * (2 * math.pi / MODES)
    return RADIUS * numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1) + DEVIATION * random.randn(count, 2)


def eight_gaussians_log_density(numpy, rows):
    """log p of each row in nats."""
    angles = numpy.arange(MODES) * (2 * math.pi / MODES)
    centres = RADIUS * numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1)
    squares = ((rows[:, None, :] - centres) ** 2).sum(2) / DEVIATION ** 2
    return numpy.logaddexp.reduce(-squares / 2, axis=1) - math.log(MODES * 2 * math.pi * DEVIATION ** 2)


def milliseconds(work, repeats, calls):
    """The median and the best of some repeats of some calls, in ms a call, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        times.append((time.perf_counter() - start) * 1e3 / calls)
    return {"ms": rounded(statistics.median(times)), "best_ms": rounded(min(times))}


def rounded(number):
    """Six digits."""
    return float(f"{number:.6g}")


def blas():
    """The linear algebra that is loaded in this process, by the folders of its libraries."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            files = {line.split(None, 5)[5].strip() for line in maps if line.count("/")}
    except OSError:
        return "unknown"
    found = {os.path.basename(os.path.dirname(file)) for file in files if any(name in os.path.basename(file) for name in ("libblas", "openblas", "libblis", "libmkl_core"))}
    return "+".join(sorted(found)) or "built in"


def report(peer, arguments, **numbers):
    """Prints one line of JSON: the machine's side first, then what was asked for, then the numbers."""
    print(json.dumps({"torch": peer.torch.__version__, "blas": blas(), **vars(arguments), **numbers}), flush=True)
