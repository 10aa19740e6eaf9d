"""Times one evaluation of the peer's dynamics, forward alone and forward with the adjoint's pullback. Prints one line of JSON."""
from types import SimpleNamespace

import peer as peers

NETWORKS = {
    "toy": SimpleNamespace(shape=(2,), hidden=(64, 64, 64), convolutional=False, nonlinearity="tanh", batch=512, calls=40),
    "miniboone": SimpleNamespace(shape=(43,), hidden=(860, 860), convolutional=False, nonlinearity="softplus", batch=1000, calls=4),
    "convolution": SimpleNamespace(shape=(1, 28, 28), hidden=(64, 64, 64), convolutional=True, nonlinearity="softplus", batch=64, calls=1),
}

parser = peers.options(__doc__)
parser.add_argument("network", choices=NETWORKS)
parser.add_argument("--divergence", choices=["brute_force", "approximate"], default="approximate", help="exact trace, or Hutchinson's estimate")
parser.add_argument("--repeats", type=peers.at_least(1), default=7, help="whose median counts")
arguments = parser.parse_args()
if arguments.divergence == "brute_force" and arguments.network == "convolution":
    peers.fail("the peer's brute_force is for tables; use --divergence approximate.")
peer = peers.load(arguments.threads, arguments.seed)

torch, case = peer.torch, NETWORKS[arguments.network]
network = peer.layers.ODEnet(
    hidden_dims=case.hidden, input_shape=case.shape, strides=(1,) * (len(case.hidden) + 1) if case.convolutional else None, conv=case.convolutional,
    layer_type="concatsquash", nonlinearity=case.nonlinearity)
dynamics = peer.layers.ODEfunc(network, divergence_fn=arguments.divergence)
dynamics.train()
rows, log_density, moment = torch.randn(case.batch, *case.shape), torch.zeros(case.batch, 1), torch.tensor(0.3)
cotangents = torch.randn_like(rows), torch.randn_like(log_density)
parameters = tuple(dynamics.parameters())
dynamics.before_odeint(torch.randn_like(rows))


def forward():
    """What a solver asks for on the way forward."""
    with torch.no_grad():
        dynamics(moment, (rows.detach(), log_density))


def adjoint():
    """What torchdiffeq's adjoint asks for on the way back: the evaluation again, and its pullback to state and parameters."""
    with torch.enable_grad():
        state = rows.detach().requires_grad_(True)
        torch.autograd.grad(dynamics(moment, (state, log_density)), (state, *parameters), cotangents, allow_unused=True)


peers.report(
    peer, arguments, work="evaluation", batch=case.batch,
    forward=peers.milliseconds(forward, arguments.repeats, case.calls), adjoint=peers.milliseconds(adjoint, arguments.repeats, case.calls))
