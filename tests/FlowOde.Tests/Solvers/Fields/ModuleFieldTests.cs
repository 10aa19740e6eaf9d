using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Fields;

public class ModuleFieldTests
{
    public static TheoryData<string> Adjoints => [.. AdjointCatalog.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Adjoints))]
    public void Pullback_ThroughAModule_AgreesWithCentralDifferences(string adjointName)
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        var adjoint = AdjointCatalog.Find(adjointName)!;
        var problem = Problem(field, new ConstantStep(40)) with { Stepper = Problems.SolverFor(adjoint, "rk4") };
        using var record = adjoint.Record(problem, new(1 << 20));
        using var gradient = field.Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        using var cotangent = record.Final.CreateLike();
        cotangent.CopyFrom(record.Final); // L = ½|y|²
        var result = record.Pullback([cotangent], start, gradient);

        foreach (var (inputs, actual) in new[] { (field.Parameters, gradient), (problem.Start, start) })
        {
            double[] expected = Differences(problem, inputs);
            double distance = expected.Zip(actual.AsSpan<double>().ToArray(), (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
            Assert.InRange(distance, 0, 1e-6);
        }

        double At(double end) => Loss(problem with { Times = [0.1, end] });
        Assert.Equal((At(1.1 + 1e-5) - At(1.1 - 1e-5)) / 2e-5, result.TimeCotangents[1], 1e-5);
    }

    /// <summary>As many columns as rows: a time of each row goes along the rows, as a time of all does, and never along the columns.</summary>
    [Theory]
    [InlineData(4, 4)]
    [InlineData(3, 2)]
    public void Solve_ByRow_BroadcastsTheTimesOfRowsAlongRows(int rows, int columns)
    {
        using var module = new Driven();
        using var field = new ModuleField(module, columns);
        using var start = new FlatVector(field.StateLayout(rows), ScalarType.Float64);
        start[0].Fill(1);
        start.AsSpan<double>(0)[0] = 300; // so that its row has steps of its own
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("dopri5")!, Controller = Problems.Pid(1e-9), Start = start, Times = [0, 1], Pool = new() };
        using var common = OdeSolver.Solve(problem);
        using var own = OdeSolver.Solve(problem with { IsPerRow = true });
        Assert.All(common.Final.AsSpan<double>(0).ToArray().Zip(own.Final.AsSpan<double>(0).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Parameters_ShareTheModulesMemory()
    {
        using var module = new TimeMlp(4);
        using var field = new ModuleField(module, 2);
        field.Parameters.Clear();
        Assert.Equal(0, module.parameters().Sum(p => p.abs().sum().item<double>()));
    }

    [Fact]
    public void Evaluate_OfAModuleThatChangesTheShape_SaysWhatItReturned()
    {
        using var module = new Shrinking();
        using var field = new ModuleField(module, 2);
        using var start = new FlatVector(field.StateLayout(3), ScalarType.Float32);
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("rk4")!, Controller = new ConstantStep(2), Start = start, Times = [0, 1], Pool = new() };
        Assert.Contains("[3, 1]", Assert.Throws<ArgumentException>(() => OdeSolver.Solve(problem)).Message);
    }

    /// <summary>ẏ = θ: with L = Σ y, ∂L/∂θ is the length of time, and the parameter outlives the solve's graphs.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("backsolve")]
    [InlineData("backpropagation")]
    public void Pullback_OfAModuleThatReturnsItsParameter_KeepsTheParameter(string adjointName)
    {
        using var module = new Drift();
        using var field = new ModuleField(module, 2);
        for (int repetition = 0; repetition < 2; repetition++)
        {
            using var record = AdjointCatalog.Find(adjointName)!.Record(Problem(field, new ConstantStep(3)), new(1 << 20));
            using FlatVector gradient = field.Parameters.CreateLike(), start = record.Final.CreateLike(), cotangent = record.Final.CreateLike();
            cotangent[0].Fill(1);
            record.Pullback([cotangent], start, gradient);
            Assert.All(gradient.AsSpan<double>(0).ToArray(), value => Assert.Equal(1, value, 1e-14));
        }
    }

    [Fact]
    public void Gradient_OfWhatAutogradWouldAbortFor_Throws()
    {
        using var x = ones(2, requires_grad: true);
        using var y = ones(2);
        using var product = x.Times(2);
        Assert.Throws<ArgumentException>(() => CheckedAutograd.Gradient(y, [x], y));
        Assert.Throws<ArgumentException>(() => CheckedAutograd.Gradient(product, [y], y));
        Assert.Throws<ArgumentException>(() => CheckedAutograd.Gradient(product, [x], ones(3)));
        Assert.Throws<ArgumentException>(() => CheckedAutograd.Gradient(product, [], y));
        Assert.Throws<ArgumentException>(() => CheckedAutograd.Gradient([product, product], [x], [y]));
        Assert.Null(CheckedAutograd.Gradient(product, [ones(1, requires_grad: true)], y)[0]);
    }

    private static OdeProblem Problem(ModuleField field, IStepSizeController controller)
    {
        var start = new FlatVector(field.StateLayout(3), ScalarType.Float64);
        start[0].copy_(tensor(new[] { 0.3, -0.8, 1.2, 0.1, -0.5, 0.9 }).reshape(3, 2));
        return new() { Field = field, Stepper = StepperCatalog.Find("rk4")!, Controller = controller, Start = start, Times = [0.1, 1.1], Pool = new() };
    }

    private static double Loss(OdeProblem problem)
    {
        using var solution = OdeSolver.Solve(problem);
        return 0.5 * solution.Final.AsSpan<double>(0).ToArray().Sum(v => v * v);
    }

    private static double[] Differences(OdeProblem problem, FlatVector inputs)
    {
        var result = new double[inputs.Layout.Length];
        foreach (var segment in inputs.Layout.Segments)
        {
            for (int i = (int)segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                double value = inputs.AsSpan<double>()[i];
                inputs.AsSpan<double>()[i] = value + 6e-6;
                double above = Loss(problem);
                inputs.AsSpan<double>()[i] = value - 6e-6;
                result[i] = (above - Loss(problem)) / 1.2e-5;
                inputs.AsSpan<double>()[i] = value;
            }
        }

        return result;
    }

    private sealed class Drift : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Parameter _rates = new(ones(3, 2, dtype: ScalarType.Float64));

        public Drift()
            : base(nameof(Drift)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => _rates;
    }

    private sealed class Shrinking : nn.Module<Tensor, Tensor, Tensor>
    {
        public Shrinking()
            : base(nameof(Shrinking)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => state.narrow(1, 0, 1);
    }

    /// <summary>ẏ = −y²/10 + 3 cos 3t, entry by entry.</summary>
    private sealed class Driven : nn.Module<Tensor, Tensor, Tensor>
    {
        public Driven()
            : base(nameof(Driven)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => (state * state).Times(-0.1).Plus(time.Times(3).cos().Times(3));
    }
}
