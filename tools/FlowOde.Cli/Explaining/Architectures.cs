using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Explaining;

/// <summary>The rows of the table.</summary>
internal static class Architectures
{
    /// <summary>The blocks after which LM-ResNets are compared.</summary>
    public const int TwoStepBlocks = 4;

    /// <summary>The least k with which LM-ResNets start their training (Lu et al. 2018, §3: uniform on [−0.1, 0]).</summary>
    public const double InitialK = -0.1;

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        OneStep("ResNet", "forward Euler", "x + hF(x)", Named("euler"), 1, new([1, 1]), (net, x, n) => net.Run(net.ResNet, x, n)),
        OneStep("PolyNet poly-2", "backward Euler cut off, for linear F only", "x + hF(x) + hF(hF(x))", PolyNetBlock.Method, 1, new([1, 1, 1]), (net, x, n) => net.Run(net.PolyNet, x, n))
            with { NonlinearOrder = 0 },
        OneStep("PolyNet, fixed point", "backward Euler iterated twice", "x + hF(x + hF(x))", Named("polynet2"), 1, new([1, 1, 1]), (net, x, n) => net.Run(net.FixedPoint, x, n)),
        OneStep("FractalNet, depth 2", "Runge–Kutta, 2 stages", "½(f₁∘f₁ + I + hF), f₁ = I + ½hF", Named("fractalnet2"), 1, UpdatePolynomial.Fractal(2), Fractal(2)),
        OneStep("FractalNet, depth 3", "Runge–Kutta, 4 stages", "½(f₂∘f₂ + I + hF)", Named("fractalnet3"), 1, UpdatePolynomial.Fractal(3), Fractal(3)),
        new()
        {
            Name = "RevNet",
            Scheme = "symplectic Euler",
            Block = "y₁ = x₁ + hF(x₂), y₂ = x₂ + hG(y₁)",
            Stepper = SymplecticEuler.Method,
            Network = (net, x, n) => net.Run(net.RevNet, x, n),
            Matrix = hA => new(1, hA.B, hA.C, 1 + (hA.C * hA.B)),
            Characteristic = z => [-1, 2 + (z * z)],
            LinearOrder = 1,
            NonlinearOrder = 1,
            IsSplit = true,
            IsOpenAbove = true,
            Inverse = Inverse.Exact,
            Adjoint = new ReversibleAdjoint(),
            MemoryGrows = false,
            OwnChecks = OwnChecks.OfRevNet,
        },
        MultiStep(InitialK, "linear two-step, k = −0.1", 1) with { OwnChecks = OwnChecks.OfLmResNet },
        MultiStep(1, "leapfrog (explicit midpoint)", 2) with { IsOpenAbove = true, Inverse = Inverse.Exact, Adjoint = new ReversibleAdjoint(), MemoryGrows = false },
        OneStep("RK-net, 2 stages", "midpoint rule", "x + hF(x + ½hF(x))", Named("midpoint"), 2, UpdatePolynomial.Exponential(2), (net, x, n) => net.Run(net.RungeKutta2, x, n)),
        OneStep("RK-net, 4 stages", "classical Runge–Kutta", "x + h/6 (k₁ + 2k₂ + 2k₃ + k₄)", Named("rk4"), 4, UpdatePolynomial.Exponential(4), (net, x, n) => net.Run(net.RungeKutta4, x, n)),
        OneStep("ODE-Net", "Dormand–Prince 5(4), adaptive depth", "steps as the tolerance asks", Named("dopri5"), 5, UpdatePolynomial.Exponential(5, 1 / 600.0), null)
            with { Inverse = Inverse.BySolvingBack, Adjoint = new BacksolveAdjoint(), MemoryGrows = false },
    ];

    private static IStepper Named(string solver) => StepperCatalog.Find(solver)!;

    private static Func<HandNetwork, double[], int, double[]> Fractal(int depth) => (net, x, n) => net.Run((t, at) => net.Fractal(depth, t, at), x, n);

    private static Architecture OneStep(string name, string scheme, string block, IStepper stepper, int order, UpdatePolynomial update, Func<HandNetwork, double[], int, double[]>? network) => new()
    {
        Name = name,
        Scheme = scheme,
        Block = block,
        Stepper = stepper,
        Network = network,
        Matrix = update.At,
        Characteristic = z => [update.At(z)],
        LinearOrder = order,
        NonlinearOrder = order,
        Inverse = Inverse.None,
        Adjoint = new DirectAdjoint(),
        MemoryGrows = true,
        Zero = update.Zero(),
        OwnChecks = OwnChecks.OfAZero,
    };

    private static Architecture MultiStep(double k, string scheme, int order) => new()
    {
        Name = "LM-ResNet",
        Scheme = scheme,
        Block = k == 1 ? "x₋₁ + 2hF(x)" : "(1 − k)x + k x₋₁ + (1 + k)hF(x)",
        Stepper = LmResNet.Of(k),
        Network = (net, x, n) => net.LmResNet(k, x, n),
        Matrix = hA => TwoStep(k, hA),
        MatrixSteps = TwoStepBlocks,
        Characteristic = z => [k, 1 - k + ((1 + k) * z)],
        LinearOrder = order,
        NonlinearOrder = order,
        Inverse = Inverse.Unstable,
        Adjoint = new DirectAdjoint(),
        MemoryGrows = true,
    };

    private static PlaneMatrix TwoStep(double k, PlaneMatrix hA)
    {
        PlaneMatrix before = PlaneMatrix.One, now = PlaneMatrix.One + hA;
        for (int n = 1; n < TwoStepBlocks; n++)
        {
            (before, now) = (now, ((((1 - k) * PlaneMatrix.One) + ((1 + k) * hA)) * now) + (k * before));
        }

        return now;
    }
}
