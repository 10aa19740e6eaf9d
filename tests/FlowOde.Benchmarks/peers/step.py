"""Times training steps of the peer's toy flow: 8gaussians, 64-64-64 concatsquash tanh, dopri5 at 1e-5, end time 0.5. Prints one line of JSON."""
import statistics
import time

import peer as peers

parser = peers.options(__doc__)
parser.add_argument("--batch", type=peers.at_least(1), default=512)
parser.add_argument("--divergence", choices=["brute_force", "approximate"], default="approximate", help="exact trace, or Hutchinson's estimate")
parser.add_argument("--iterations", type=peers.at_least(1), default=12, help="training steps that count, after two that do not")
arguments = parser.parse_args()
peer = peers.load(arguments.threads, arguments.seed)

random = peer.numpy.random.RandomState(arguments.seed)
model = peers.flow(peer, dimension=2, hidden=(64, 64, 64), divergence=arguments.divergence)
optimizer = peer.torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
model.train()
steps, seconds = [], []
for iteration in range(2 + arguments.iterations):
    start = time.perf_counter()
    rows = peer.torch.tensor(peers.eight_gaussians(peer.numpy, random, arguments.batch), dtype=peer.torch.float32)
    step = peers.train_step(peer, model, optimizer, rows)
    if iteration >= 2:
        seconds.append(time.perf_counter() - start)
        steps.append(step)

peers.report(
    peer, arguments, work="training step",
    ms=peers.rounded(statistics.median(seconds) * 1e3), best_ms=peers.rounded(min(seconds) * 1e3),
    forward_ms=peers.rounded(statistics.median(step.forward_seconds for step in steps) * 1e3),
    backward_ms=peers.rounded(statistics.median(step.backward_seconds for step in steps) * 1e3),
    nfe_forward=statistics.median(step.forward for step in steps), nfe_backward=statistics.median(step.backward for step in steps),
    loss=peers.rounded(steps[-1].loss))
