using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Certification;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Certification;

public class HessianVectorProductTests
{
    private static readonly Func<IReadOnlyList<IReadOnlyList<Tensor>>, Tensor> _loss = states =>
        states[0][0].sin().sum().Plus(states[1][0].Power(3).sum().Times(0.5)).Plus(states.SelectMany(state => state.Skip(1)).Aggregate(zeros(1, dtype: ScalarType.Float64), (sum, channel) => sum.Plus((channel * channel).sum())).sum());

    [Fact]
    public void BothWays_OnAModuleThatDependsOnTime_Agree()
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        AssertWaysAgree(Problem(field, "rk4"), 1e-6);
        AssertSymmetric(Problem(field, "dopri5"));
    }

    [Fact]
    public void BothWays_OnAFlowWithTraceAndRegularisers_Agree()
    {
        using var cnf = new SmallCnf();
        AssertWaysAgree(Problem(cnf.Field, "bosh3"), 1e-6);
        AssertSymmetric(Problem(cnf.Field, "bosh3"));
    }

    /// <summary>One Euler step of ẏ = θ ∘ y over [0, h]: y1 = (1 + hθ) y0 and L = Σ y1³/3, so H = diag(2 h² y0³ (1 + hθ)).</summary>
    [Fact]
    public void BothWays_OnALinearField_AreTheClosedForm()
    {
        const double h = 0.4;
        double[] theta = [0.3, -1.2], y = [0.7, 1.9], v = [-0.6, 2.1];
        using var module = new Rates(theta);
        using var field = new ModuleField(module, 2);
        using var start = new FlatVector(field.StateLayout(1), ScalarType.Float64);
        y.CopyTo(start.AsSpan<double>(0));
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("euler")!, Controller = new ConstantStep(1), Start = start, Times = [0, h], Pool = new() };
        using var direction = field.Parameters.CreateLike();
        v.CopyTo(direction.AsSpan<double>(0));
        double[] expected = [.. v.Select((vi, i) => vi * 2 * h * h * Math.Pow(y[i], 3) * (1 + (h * theta[i])))];
        double[] exact = ByBackpropagation(problem, states => states[0][0].Power(3).sum().Over(3), direction);
        double[] differences = ByDifferences(field.Parameters, direction, (parameters, into) =>
        {
            for (int i = 0; i < 2; i++)
            {
                into.AsSpan<double>(0)[i] = h * Math.Pow(y[i], 3) * Math.Pow(1 + (h * parameters.AsSpan<double>(0)[i]), 2);
            }
        });
        Assert.InRange(Distance(expected, exact), 0, 1e-15);
        Assert.InRange(Distance(expected, differences), 0, 1e-9);
    }

    [Fact]
    public void ByBackpropagation_OfALossLinearInTheParameters_IsZero()
    {
        using var module = new Rates([0.3, -1.2]);
        using var field = new ModuleField(module, 2);
        using var start = SeededDraws.Vector(field.StateLayout(3), 1);
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("euler")!, Controller = new ConstantStep(1), Start = start, Times = [0, 1], Pool = new() };
        using var direction = SeededDraws.Vector(field.Parameters.Layout, 2);
        Assert.All(ByBackpropagation(problem, states => states[0][0].sum(), direction), entry => Assert.Equal(0, entry));
        Assert.All(ByBackpropagation(problem, _ => ones(1, dtype: ScalarType.Float64), direction), entry => Assert.Equal(0, entry));
    }

    [Fact]
    public void ByDifferences_AlongZeroOrIntoItsOwnDirection_IsDefined()
    {
        using var parameters = SeededDraws.Vector(new(new Segment("p", 3)), 1);
        using var direction = parameters.CreateLike();
        void Quadratic(FlatVector at, FlatVector into) => into.Flat.copy_(at.Flat.Times(3));
        Assert.All(ByDifferences(parameters, direction, Quadratic), entry => Assert.Equal(0, entry));
        direction.CopyFrom(parameters);
        HessianVectorProduct.ByDifferences(Quadratic, parameters, direction, direction);
        Assert.InRange(Distance([.. parameters.AsSpan<double>().ToArray().Select(p => 3 * p)], direction.AsSpan<double>().ToArray()), 0, 1e-9);
    }

    [Fact]
    public void Both_OfWhatHasNoHessian_SayWhatIsWrong()
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using FlatVector direction = SeededDraws.Vector(field.Parameters.Layout, 1), into = field.Parameters.CreateLike();
        using var other = new FlatVector(new VectorLayout(new Segment("p", 1)), ScalarType.Float64);
        using var single = new FlatVector(field.Parameters.Layout, ScalarType.Float32);
        using var broken = field.Parameters.CreateLike();
        broken.AsSpan<double>(0)[0] = double.NaN;
        var problem = Problem(field, "rk4");
        static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.Contains("4 numbers", Message(() => HessianVectorProduct.ByBackpropagation(problem, states => states[0][0].sum([0L]).expand(2, 2), direction, into)), StringComparison.Ordinal);
        Assert.Contains("(p [1] Evolving)", Message(() => HessianVectorProduct.ByBackpropagation(problem, _loss, other, into)), StringComparison.Ordinal);
        Assert.Contains("Float64", Message(() => HessianVectorProduct.ByDifferences((_, _) => { }, single, single, single.Clone())), StringComparison.Ordinal);
        Assert.Contains("not finite", Message(() => HessianVectorProduct.ByDifferences((_, _) => { }, field.Parameters, broken, into)), StringComparison.Ordinal);
        Assert.Contains("gradient", Message(() => HessianVectorProduct.ByDifferences((_, g) => g.CopyFrom(broken), field.Parameters, direction, into)), StringComparison.Ordinal);
    }

    private static void AssertWaysAgree(OdeProblem problem, double tolerance)
    {
        var parameters = ((IAutogradField)problem.Field).Parameters;
        using var direction = SeededDraws.Vector(parameters.Layout, 9);
        double[] exact = ByBackpropagation(problem, _loss, direction), differences = ByDifferences(parameters.Clone(), direction, (at, into) =>
        {
            using var before = parameters.Clone();
            parameters.CopyFrom(at);
            Gradient(problem, into);
            parameters.CopyFrom(before);
        });
        double distance = Distance(exact, differences);
        Assert.True(distance < tolerance, $"relative distance {distance:E2}");
        Assert.True(exact.Sum(Math.Abs) > 1e-3);
    }

    private static void AssertSymmetric(OdeProblem problem)
    {
        var layout = ((IAutogradField)problem.Field).Parameters.Layout;
        using FlatVector u = SeededDraws.Vector(layout, 21), v = SeededDraws.Vector(layout, 22);
        double uHv = Dot(u, ByBackpropagation(problem, _loss, v)), vHu = Dot(v, ByBackpropagation(problem, _loss, u));
        Assert.InRange(Math.Abs(uHv - vHu) / Math.Abs(uHv), 0, 1e-11);
    }

    /// <summary>The gradient by the closed-form reverse of each step: independent of the Hessian's graph.</summary>
    private static void Gradient(OdeProblem problem, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        using var record = new DirectAdjoint().Record(problem, new(long.MaxValue));
        Tensor[][] leaves = [.. record.States.Select(state => state.Layout.Segments.Select((_, i) => state[i].clone().requires_grad_()).ToArray())];
        var value = _loss(leaves);
        var gradients = CheckedAutograd.Gradient(value, [.. leaves.SelectMany(leaf => leaf)], ones_like(value));
        FlatVector[] cotangents = [.. record.States.Select(state => state.CreateLike())];
        for (int k = 0, n = 0; k < cotangents.Length; k++)
        {
            for (int i = 0; i < leaves[k].Length; i++, n++)
            {
                if (gradients[n] is { } gradient)
                {
                    cotangents[k][i].copy_(gradient);
                }
            }
        }

        using var start = problem.Start.CreateLike();
        record.Pullback(cotangents, start, intoGradient);
    }

    private static double[] ByBackpropagation(OdeProblem problem, Func<IReadOnlyList<IReadOnlyList<Tensor>>, Tensor> loss, FlatVector direction)
    {
        using var product = direction.CreateLike();
        product.Flat.Fill(double.NaN);
        HessianVectorProduct.ByBackpropagation(problem, loss, direction, product);
        return product.AsSpan<double>().ToArray();
    }

    private static double[] ByDifferences(FlatVector parameters, FlatVector direction, GradientFunction gradient)
    {
        using var product = direction.CreateLike();
        product.Flat.Fill(double.NaN);
        HessianVectorProduct.ByDifferences(gradient, parameters, direction, product);
        return product.AsSpan<double>().ToArray();
    }

    private static double Dot(FlatVector u, double[] product) => u.AsSpan<double>().ToArray().Zip(product, (a, b) => a * b).Sum();

    private static double Distance(double[] expected, double[] actual) => Adjoints.GradientRun.Distance(expected, actual);

    private static OdeProblem Problem(IAutogradField field, string stepper) => new()
    {
        Field = field,
        Stepper = StepperCatalog.Find(stepper)!,
        Controller = new ConstantStep(6),
        Start = SeededDraws.Vector(field.StateLayout(SmallCnf.Rows), 4),
        Times = [0.1, 0.8, 1.3],
        Pool = new(),
    };

    /// <summary>ẏ = θ ∘ y.</summary>
    private sealed class Rates : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter _rates;

        public Rates(double[] rates)
            : base(nameof(Rates))
        {
            _rates = new(tensor(rates));
            register_parameter("rates", _rates);
        }

        public override Tensor forward(Tensor time, Tensor state) => state * _rates;
    }
}
