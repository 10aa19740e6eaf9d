"""Measures scipy's stiff methods for StiffPeerTests: python3 make_peers.py > peers.json (needs numpy and scipy).

Every call of the right-hand side counts, those for Jacobians by differences included; the error is the largest of a component at the end, relative to it.
"""
import json
import math
import sys

import numpy
import scipy
from scipy.integrate import solve_ivp


def van_der_pol(t, y):
    return [y[1], 1000 * (1 - y[0] * y[0]) * y[1] - y[0]]


def robertson(t, y):
    a, c = -0.04 * y[0] + 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]
    return [a, -a - c, c]


def hires(t, y):
    both = 280 * y[5] * y[7] - 1.81 * y[6]
    return [
        -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
        1.71 * y[0] - 8.75 * y[1],
        -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
        8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
        -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
        -280 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
        both,
        -both,
    ]


def prothero_robinson(t, y):
    return [-1e6 * (y[0] - math.cos(t)) - math.sin(t)]


PROBLEMS = {  # function, start, end, solution, absolute tolerance by the relative one
    "van-der-pol": (van_der_pol, [2.0, 0.0], 2000.0, [1.706167732170469, -8.928097010248125e-4], 1e-4),
    "robertson": (robertson, [1.0, 0.0, 0.0], 40.0, [0.7158270687194, 9.185534764e-6, 0.2841637457459], 1e-4),
    "robertson-long": (robertson, [1.0, 0.0, 0.0], 1e11, [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050], 1e-9),
    "hires": (hires, [1.0, 0, 0, 0, 0, 0, 0, 0.0057], 321.8122,
              [7.371312573325668e-4, 1.442485726316185e-4, 5.888729740967575e-5, 1.175651343283149e-3,
               2.386356198831331e-3, 6.238968252742796e-3, 2.849998395185769e-3, 2.850001604814231e-3], 1e-4),
    "prothero-robinson": (prothero_robinson, [1.0], 10.0, [math.cos(10.0)], 1e-4),
}


def main():
    points = []
    for name, (function, start, end, solution, share) in PROBLEMS.items():
        for method in ("Radau", "BDF"):
            for tolerance in (10.0 ** -k for k in range(3, 11)):
                calls = 0

                def counted(t, y):
                    nonlocal calls
                    calls += 1
                    return function(t, y)

                found = solve_ivp(counted, (0, end), start, method=method, rtol=tolerance, atol=tolerance * share)
                error = float(numpy.max(numpy.abs(found.y[:, -1] - solution) / numpy.abs(solution))) if found.success else None
                points.append({"problem": name, "solver": f"scipy-{method.lower()}", "tolerance": float(f"{tolerance:.0e}"), "evaluations": calls,
                               "error": None if error is None else float(f"{error:.6g}")})
    print("{")
    print(f'  "versions": {json.dumps({"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__})},')
    print('  "points": [\n    ' + ",\n    ".join(json.dumps(point) for point in points) + "\n  ]\n}")


main()
