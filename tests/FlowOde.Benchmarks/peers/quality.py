"""Trains the peer until it is good, and tells how long that took. Prints one line of JSON a validation and one at the end; validation is outside of the clock.

  quality.py toy               8gaussians with the authors' defaults, until the divergence from the truth stays at the target
  quality.py table TRAIN TEST  two tables (.npy or .npy.gz), until the test rows' negative log-likelihood stays at the target
Either must hold at two successive validations. Options that all scripts have, as --threads, come before toy or table.
"""
import argparse
import gzip
import json
import time

import peer as peers

TEST_ROWS = 10_000
TEST_SEED = 12_345
CHUNK = 2_000


def read_arguments():
    """The command line; what the authors' scripts have as defaults are the defaults here."""
    parser = peers.options(__doc__, argparse.RawDescriptionHelpFormatter)
    works = parser.add_subparsers(dest="data", required=True)
    toy, table = works.add_parser("toy"), works.add_parser("table")
    table.add_argument("train", help="rows to train on, .npy or .npy.gz")
    table.add_argument("test", help="rows to validate on")
    table.add_argument("--test-divergence", choices=["brute_force", "approximate"], default="approximate", help="of validation; the authors validate as they train")
    for work, dims, blocks, nonlinearity, batch, divergence, end_time, absolute, relative, decay in (
            (toy, "64-64-64", 1, "tanh", 100, "brute_force", 0.5, 1e-5, 1e-5, 1e-5),
            (table, "860-860", 1, "softplus", 1000, "approximate", 1.0, 1e-8, 1e-6, 1e-6)):
        work.formatter_class = argparse.ArgumentDefaultsHelpFormatter
        work.add_argument("--dims", default=dims, help="widths of the hidden layers")
        work.add_argument("--blocks", type=peers.at_least(1), default=blocks)
        work.add_argument("--nonlinearity", default=nonlinearity)
        work.add_argument("--batch", type=peers.at_least(1), default=batch)
        work.add_argument("--divergence", choices=["brute_force", "approximate"], default=divergence)
        work.add_argument("--end-time", type=float, default=end_time)
        work.add_argument("--atol", type=float, default=absolute)
        work.add_argument("--rtol", type=float, default=relative)
        work.add_argument("--weight-decay", type=float, default=decay)
        work.add_argument("--lr", type=float, default=1e-3)
        work.add_argument("--every", type=peers.at_least(1), default=100, help="training steps between validations")
        work.add_argument("--minutes", type=float, default=30.0, help="of training, at most")
    toy.add_argument("--target", type=float, default=0.02, help="mean of log p_true - log p_model, nats")
    table.add_argument("--target", type=float, required=True, help="mean of -log p, nats")
    arguments = parser.parse_args()
    if arguments.minutes <= 0:
        parser.error("--minutes is the time to train, more than 0")
    return arguments


def read_table(numpy, file):
    """A table as float32."""
    try:
        with gzip.open(file) if file.endswith(".gz") else open(file, "rb") as stream:
            rows = numpy.load(stream).astype("float32")
    except (OSError, ValueError) as problem:
        peers.fail(f"'{file}' cannot be read: {problem}")
    if rows.ndim != 2:
        peers.fail(f"'{file}' has {rows.ndim} dimensions; a table has two.")
    return rows


def table_batches(torch, rows, batch):
    """The rows in a new order every time round, the last batch of a round being what is left."""
    while True:
        for indices in torch.randperm(len(rows)).split(batch):
            yield rows[indices]


def toy_batches(peer, random, batch):
    """Fresh rows."""
    while True:
        yield peer.torch.tensor(peers.eight_gaussians(peer.numpy, random, batch), dtype=peer.torch.float32)


class Validation:
    """Judges a model on fixed rows: by its divergence from the truth where that is known, else by its negative log-likelihood."""

    def __init__(self, peer, rows, truth, training_divergence, test_divergence):
        self.peer, self.rows, self.truth = peer, rows, truth
        self.training_divergence, self.test_divergence = training_divergence, test_divergence

    def judge(self, model):
        """The mean that is to fall to the target, and its standard error, in nats."""
        model.eval()
        self.peer.train_misc.override_divergence_fn(model, self.test_divergence)
        with self.peer.torch.no_grad():
            losses = self.peer.torch.cat([peers.negative_log_density(self.peer, model, part) for part in self.rows.split(CHUNK)]).squeeze(1).double().numpy()
        self.peer.train_misc.override_divergence_fn(model, self.training_divergence)
        model.train()
        losses = losses if self.truth is None else losses + self.truth
        return float(losses.mean()), float(losses.std(ddof=1) / len(losses) ** 0.5)


def main():
    """Trains and reports."""
    arguments = read_arguments()
    peer = peers.load(arguments.threads, arguments.seed)
    torch, numpy = peer.torch, peer.numpy
    if arguments.data == "toy":
        test = peers.eight_gaussians(numpy, numpy.random.RandomState(TEST_SEED), TEST_ROWS)
        batches = toy_batches(peer, numpy.random.RandomState(arguments.seed), arguments.batch)
        validation = Validation(peer, torch.tensor(test, dtype=torch.float32), peers.eight_gaussians_log_density(numpy, test), arguments.divergence, "brute_force")
    else:
        train, test = (read_table(numpy, file) for file in (arguments.train, arguments.test))
        if train.shape[1] != test.shape[1]:
            peers.fail(f"the tables have {train.shape[1]} and {test.shape[1]} columns.")
        batches = table_batches(torch, torch.tensor(train), arguments.batch)
        validation = Validation(peer, torch.tensor(test), None, arguments.divergence, arguments.test_divergence)
    try:
        hidden = [int(width) for width in arguments.dims.split("-")]
        model = peers.flow(
            peer, test.shape[1], hidden, arguments.blocks, arguments.nonlinearity, arguments.divergence, arguments.end_time, arguments.atol, arguments.rtol)
    except (KeyError, ValueError) as problem:
        peers.fail(f"--dims are whole numbers with hyphens between them, --nonlinearity is one of the peer's: {problem}")
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.lr, weight_decay=arguments.weight_decay)
    model.train()

    seconds, cpu, iteration, evaluations, successes, first = 0.0, 0.0, 0, [], 0, None
    while successes < 2 and seconds < arguments.minutes * 60:
        start, cpu_start = time.perf_counter(), time.process_time()
        step = peers.train_step(peer, model, optimizer, next(batches))
        seconds, cpu, iteration = seconds + time.perf_counter() - start, cpu + time.process_time() - cpu_start, iteration + 1
        evaluations.append((step.forward, step.backward))
        if iteration % arguments.every == 0:
            value, error = validation.judge(model)
            successes = successes + 1 if value <= arguments.target else 0
            first = seconds if successes == 1 else first if successes else None
            forward, backward = (peers.rounded(sum(counts) / len(counts)) for counts in zip(*evaluations[-arguments.every:]))
            print(json.dumps({
                "iteration": iteration, "seconds": peers.rounded(seconds), "cpu_seconds": peers.rounded(cpu), "value": peers.rounded(value),
                "standard_error": peers.rounded(error), "nfe_forward": forward, "nfe_backward": backward}), flush=True)
    forward, backward = (peers.rounded(sum(counts) / len(counts)) for counts in zip(*evaluations))
    peers.report(
        peer, arguments, work="time to quality", reached=successes == 2, ms=peers.rounded(seconds * 1e3), first_ms=first and peers.rounded(first * 1e3),
        cpu_ms=peers.rounded(cpu * 1e3), iterations=iteration, nfe_forward=forward, nfe_backward=backward)


main()
