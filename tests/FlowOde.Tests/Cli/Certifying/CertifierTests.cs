using FlowOde.Cli.Certifying;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using static TorchSharp.torch;

namespace FlowOde.Tests.Cli.Certifying;

/// <summary>A certificate is worth what it refuses: gradients that are broken on purpose.</summary>
public class CertifierTests
{
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1e-9, 0, "from the direct gradient")]
    [InlineData(0, 1e-9, "from the direct gradient")]
    public void Certify_OfAGradientBrokenOnPurpose_Fails(double byParameters, double byStart, string? reason)
    {
        var certificate = Certify(new BrokenAdjoint(byParameters, byStart), blocks: 2);
        Assert.Equal(reason is null, certificate.Failure is null);
        Assert.Contains(reason ?? "exact", certificate.Verdict, StringComparison.Ordinal);
    }

    /// <summary>A pullback that is wrong in the reference too: differences tell, and back-propagation, which has expressions of its own.</summary>
    [Theory]
    [InlineData(1, "checkpointed", null)]
    [InlineData(1.001, "checkpointed", "from central differences")]
    [InlineData(1.001, "backpropagation", "from the direct gradient")]
    public void Certify_OfAFieldWhosePullbackIsBroken_Fails(double factor, string method, string? reason)
    {
        var certificate = Certify(AdjointCatalog.Find(method)!, blocks: 1, factor, "regularize", "kinetic-energy=0.5");
        Assert.Equal(reason is null, certificate.Failure is null);
        Assert.Contains(reason ?? "exact", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_OfADirectGradient_IsHeldToDifferencesToo()
    {
        var certificate = Certify(new DirectAdjoint(), blocks: 1);
        Assert.InRange(certificate.DifferenceError!.Value, 1e-14, 1e-7);
    }

    /// <summary>Steps that have no exact gradient: the adjoint equation's is held to that of another method's small steps.</summary>
    [Theory]
    [InlineData("bdf", "interpolated")]
    [InlineData("adams", "backsolve")]
    [InlineData("auto-switch", "backsolve")]
    public void Certify_OfAMultistepMethod_ComparesItsAdjointWithSmallSteps(string solver, string method)
    {
        var certificate = Certify(AdjointCatalog.Find(method)!, solver, blocks: 1, 1);
        Assert.Null(certificate.Failure);
        Assert.Contains("falls with the tolerance", certificate.Verdict, StringComparison.Ordinal);
        Assert.InRange(certificate.Error!.Distance, 1e-9, 0.1);
        Assert.InRange(certificate.FinerError!.Value, 0, certificate.Error.Distance / 100);
    }

    [Fact]
    public void Certify_OfASolveThatCannotGoOn_FailsWithItsMessage() =>
        Assert.Contains("limit of 1 steps", Certify(new DirectAdjoint(), blocks: 1, "max-steps", "1").Failure, StringComparison.Ordinal);

    private static Certificate Certify(IAdjoint adjoint, int blocks, params string[] more) => Certify(adjoint, blocks, 1, more);

    private static Certificate Certify(IAdjoint adjoint, int blocks, double seedFactor, params string[] more) => Certify(adjoint, "dopri5", blocks, seedFactor, more);

    private static Certificate Certify(IAdjoint adjoint, string solver, int blocks, double seedFactor, params string[] more)
    {
        var given = new SettingLayer("").Add("hidden", "6").Add("blocks", $"{blocks}").Add("batch", "16");
        for (int i = 0; i < more.Length; i += 2)
        {
            given.Add(more[i], more[i + 1]);
        }

        var subject = MeasurementSubject.Open("moons", given, _ => { });
        var settings = SolveSettings.ForCertifying(subject.Values);
        using var loss = FlowLoss.Open(subject, settings with { Regularizers = [.. settings.Regularizers.Select(inner => new SeedScaled(inner, seedFactor))] });
        using var certifier = new Certifier(loss, new() { Limit = 1e-11, Directions = 2 });
        return certifier.Certify(new(adjoint, StepperCatalog.Find(solver)!));
    }

    /// <summary>A penalty whose pullback is off by a factor.</summary>
    private sealed class SeedScaled(IRegularizer inner, double factor) : IRegularizer
    {
        public bool ReadsTangents => inner.ReadsTangents;

        public string Name => inner.Name;

        public string Description => inner.Description;

        public string Channel => inner.Channel;

        public void Read(Dual derivative, Directions directions, double by, FunctionalScratch scratch, Tensor intoRate) => inner.Read(derivative, directions, by, scratch, intoRate);

        public Tensor Express(DualExpression derivative, Directions directions, double by) => inner.Express(derivative, directions, by);

        public void Seed(Dual derivative, Directions directions, double by, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent) => inner.Seed(derivative, directions, by * factor, scratch, rateCotangent, intoCotangent);
    }
}
