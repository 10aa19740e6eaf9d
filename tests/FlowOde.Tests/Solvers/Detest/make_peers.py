"""Makes two data files: the reference solutions of the test problems, and what other libraries' dopri5 needs for them.

    python3 make_peers.py REFERENCES.json PEERS.json

References: Gragg's midpoint rule with eight columns of extrapolation (order 16) in 80-bit floats, on two grids, which must agree.
Peers: scipy.integrate.ode('dopri5') (Hairer's code DOPRI5) and torchdiffeq.odeint(method='dopri5'), both with their defaults, relative and
absolute tolerance equal. Evaluations are calls of the field; the error is the largest component's distance from the reference at the end.
"""
import json
import math
import platform
import sys
import warnings

import numpy as np
import scipy
import scipy.integrate

L = np.longdouble


def kepler(e):
    def f(t, y):
        r3 = (y[0] * y[0] + y[1] * y[1]) ** 1.5
        return np.array([y[2], y[3], -y[0] / r3, -y[1] / r3], dtype=y.dtype)
    return f, [1 - e, 0, 0, math.sqrt((1 + e) / (1 - e))], 20


def chain(n):
    def f(t, y):
        d = -2 * y
        d[1:] += y[:-1]
        d[:-1] += y[1:]
        return d
    return f, [1] + [0] * (n - 1), 20


def c1(t, y):
    d = -y
    d[9] = 0
    d[1:] += y[:-1]
    return d


def c2(t, y):
    i = np.arange(1, 11).astype(y.dtype)
    d = -i * y
    d[9] = 0
    d[1:] += i[:-1] * y[:-1]
    return d


MASSES = [.000954786104043, .000285583733151, .0000437273164546, .0000517759138449, .00000277777777778]
PLACES = [3.42947415189, 3.35386959711, 1.35494901715, 6.64145542550, 5.97156957878, 2.18231499728, 11.2630437207, 14.6952576794, 6.27960525067,
          -30.1552268759, 1.65699966404, 1.43785752721, -21.1238353380, 28.4465098142, 15.3882659679]
SPEEDS = [-.557160570446, .505696783289, .230578543901, -.415570776342, .365682722812, .169143213293, -.325325669158, .189706021964, .0877265322780,
          -.0240476254170, -.287659532608, -.117219543175, -.176860753121, -.216393453025, -.0148647893090]


def c5(t, y):
    m = np.array(MASSES, dtype=y.dtype)
    x = y[:15].reshape(5, 3)
    r3 = (x * x).sum(1) ** y.dtype.type(1.5)
    d = x[None] - x[:, None]
    d3 = (d * d).sum(2) ** y.dtype.type(1.5)
    np.fill_diagonal(d3, 1)
    pull = m[None, :, None] * (d / d3[:, :, None] - x[None] / r3[None, :, None])
    i = np.arange(5)
    pull[i, i] = 0
    a = -(y.dtype.type(1.00000597682) + m)[:, None] * x / r3[:, None] + pull.sum(1)
    return np.concatenate([y[15:], (y.dtype.type(2.95912208286) * a).ravel()])


def arenstorf(t, y):
    mu = 0.012277471
    d1, d2 = ((y[0] + mu) ** 2 + y[1] ** 2) ** 1.5, ((y[0] - (1 - mu)) ** 2 + y[1] ** 2) ** 1.5
    return np.array([y[2], y[3], y[0] + 2 * y[3] - (1 - mu) * (y[0] + mu) / d1 - mu * (y[0] - (1 - mu)) / d2,
                     y[1] - 2 * y[2] - (1 - mu) * y[1] / d1 - mu * y[1] / d2], dtype=y.dtype)


def of(g):
    """A field from a function that returns a tuple of components."""
    return lambda t, y: np.array(g(t, *y), dtype=y.dtype)


def b4(t, x, y, z):
    r = np.sqrt(x * x + y * y)
    return -y - x * z / r, x - y * z / r, x / r


PROBLEMS = {
    "a1": (of(lambda t, y: (-y,)), [1], 20),
    "a2": (of(lambda t, y: (-y * y * y / 2,)), [1], 20),
    "a3": (of(lambda t, y: (y * np.cos(t),)), [1], 20),
    "a4": (of(lambda t, y: (y / 4 * (1 - y / 20),)), [1], 20),
    "a5": (of(lambda t, y: ((y - t) / (y + t),)), [4], 20),
    "b1": (of(lambda t, x, y: (2 * (x - x * y), -(y - x * y))), [1, 3], 20),
    "b2": (of(lambda t, x, y, z: (-x + y, x - 2 * y + z, y - z)), [2, 0, 1], 20),
    "b3": (of(lambda t, x, y, z: (-x, x - y * y, y * y)), [1, 0, 0], 20),
    "b4": (of(b4), [3, 0, 0], 20),
    "b5": (of(lambda t, x, y, z: (y * z, -x * z, -0.51 * x * y)), [0, 1, 1], 20),
    "c1": (c1, [1] + [0] * 9, 20),
    "c2": (c2, [1] + [0] * 9, 20),
    "c3": chain(10),
    "c4": chain(51),
    "c5": (c5, PLACES + SPEEDS, 20),
    "d1": kepler(.1), "d2": kepler(.3), "d3": kepler(.5), "d4": kepler(.7), "d5": kepler(.9),
    "e1": (of(lambda t, x, y: (y, -(y / (t + 1) + (1 - .25 / (t + 1) ** 2) * x))), [.6713967071418030, .09540051444747446], 20),
    "e2": (of(lambda t, x, y: (y, (1 - x * x) * y - x)), [2, 0], 20),
    "e3": (of(lambda t, x, y: (y, x ** 3 / 6 - x + 2 * np.sin(2.78535 * t))), [0, 0], 20),
    "e4": (of(lambda t, x, y: (y, .032 - .4 * y * y)), [30, 0], 20),
    "e5": (of(lambda t, x, y: (y, np.sqrt(1 + y * y) / (25 - t))), [0, 0], 20),
    "arenstorf": (arenstorf, [.994, 0, 0, -2.00158510637908252], 17.0652165601579626),
    "brusselator": (of(lambda t, x, y: (1 + x * x * y - 4 * x, 3 * x - x * x * y)), [1.5, 3], 20),
    "lorenz": (of(lambda t, x, y, z: (10 * (y - x), x * (28 - z) - y, x * y - 8 / y.dtype.type(3) * z)), [1, 1, 1], 5),
}


def extrapolated(f, y, end, steps, columns=8):
    """The solution at the end; the last column of Aitken and Neville's scheme in each step."""
    y = np.array(y, dtype=L)
    for n in range(steps):
        t, h = L(end) * n / steps, L(end) / steps
        slope, row = f(t, y), []
        for k in range(1, columns + 1):
            m = 2 * k
            s = h / m
            a, b = y, y + s * slope
            for i in range(1, m):
                a, b = b, a + 2 * s * f(t + i * s, b)
            new = [(a + b + s * f(t + h, b)) / 2]
            for j in range(1, k):
                new.append(new[j - 1] + (new[j - 1] - row[j - 1]) / ((L(k) / (k - j)) ** 2 - 1))
            row = new
        y = row[-1]
    return y


def by_scipy(f, y, end, tolerance):
    calls = [0]

    def counted(t, y):
        calls[0] += 1
        return f(t, y)
    solver = scipy.integrate.ode(counted).set_integrator("dopri5", rtol=tolerance, atol=tolerance, nsteps=10**6)
    solver.set_initial_value(np.array(y, float), 0)
    return calls, solver.integrate(end)


def by_torchdiffeq(f, y, end, tolerance):
    import torch
    from torchdiffeq import odeint
    calls = [0]

    def counted(t, y):
        calls[0] += 1
        return torch.from_numpy(f(t.item(), y.numpy()))
    with torch.no_grad():
        times = torch.tensor([0, end], dtype=torch.float64)
        return calls, odeint(counted, torch.tensor(y, dtype=torch.float64), times, method="dopri5", rtol=tolerance, atol=tolerance)[-1].numpy()


def main(reference_file, peer_file):
    import torch
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    references, points = {}, []
    for name, (f, start, end) in PROBLEMS.items():
        grids = (40000, 50000) if name == "arenstorf" else (4000, 5000) if name in ("d4", "d5") else (400, 500)
        coarse, fine = (extrapolated(f, start, end, n) for n in grids)
        distance = float(np.max(np.abs(coarse - fine)))
        print(name, f"grids agree to {distance:.1e}", file=sys.stderr, flush=True)
        references[name] = {"solution": [float(v) for v in fine], "gridsAgreeTo": float(f"{distance:.1e}")}
        for peer, solve in (("scipy-dopri5", by_scipy), ("torchdiffeq-dopri5", by_torchdiffeq)):
            for digit in range(3, 11):
                calls, y = solve(f, start, end, 10.0 ** -digit)
                error = float(np.max(np.abs(y - fine.astype(float))))
                points.append({"problem": name, "solver": peer, "tolerance": 10.0 ** -digit, "evaluations": calls[0], "error": float(f"{error:.6g}")})
    note = "Made by make_peers.py of tests/FlowOde.Tests/Solvers/Detest."
    with open(reference_file, "w") as file:
        file.write("{\n" + f'  "note": {json.dumps(note + " The solutions at the end, by extrapolation in 80-bit floats on two grids that agree to what is said.")},\n  "problems": {{\n')
        file.write(",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in references.items()) + "\n  }\n}\n")
    versions = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__, "torchdiffeq": "0.2.5"}
    with open(peer_file, "w") as file:
        file.write("{\n" + f'  "note": {json.dumps(note + " Both peers with their defaults; rtol = atol = tolerance; the error is the largest of a component at the end.")},\n')
        file.write(f'  "versions": {json.dumps(versions)},\n  "points": [\n')
        file.write(",\n".join("    " + json.dumps(p) for p in points) + "\n  ]\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
