using FlowOde.Cli.Certifying;
using FlowOde.Cli.Classifying;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;
using Scheme = FlowOde.Flows.Classification.Chains.Architecture;

namespace FlowOde.Tests.Cli.Certifying;

/// <summary>A classifier's certificate is worth what it refuses: gradients that are broken on purpose.</summary>
public class ClassifierCertifierTests
{
    [Theory]
    [InlineData("resnet", 0, 0, null)]
    [InlineData("resnet", 1e-9, 0, "from the direct gradient in block")]
    [InlineData("resnet", 0, 1e-9, "from the direct gradient in")]
    [InlineData("ode-net", 0, 1e-9, "from the direct gradient in stem")]
    public void Certify_OfAMethodBrokenOnPurpose_Fails(string architecture, double byParameters, double byStart, string? reason)
    {
        var solver = KnownArchitectures.Named(architecture).Method ?? StepperCatalog.Find("bosh3")!;
        Requires(reason, Certify(architecture, new(new BrokenAdjoint(byParameters, byStart), solver), options => options));
    }

    /// <summary>Against plain back-propagation through the same chain.</summary>
    [Theory]
    [InlineData("revnet", 0, null)]
    [InlineData("revnet", 1e-8, "from the backpropagation gradient in")]
    [InlineData("lm-resnet", 0, null)]
    [InlineData("lm-resnet", 1e-9, "from the backpropagation gradient in")]
    public void Certify_OfAChainBrokenOnPurpose_Fails(string architecture, double by, string? reason) =>
        Requires(reason, Certify(architecture, Own(architecture), options => options with { Architecture = new BrokenArchitecture(options.Architecture, by) }));

    /// <summary>A term that no gradient method sees, the reference neither: differences do.</summary>
    [Theory]
    [InlineData("resnet")]
    [InlineData("revnet")]
    [InlineData("ode-net")]
    public void Certify_OfABlockWithoutPartOfItsGradient_Fails(string architecture)
    {
        var solver = KnownArchitectures.Named(architecture).Method ?? StepperCatalog.Find("bosh3")!;
        var pair = KnownArchitectures.Named(architecture).HasOwnGradient ? Own(architecture) : new(new CheckpointedAdjoint(), solver);
        Requires("from central differences", Certify(architecture, pair, options => options with { Field = new ForgetfulKind(options.Field) }));
    }

    private static void Requires(string? reason, Certificate certificate)
    {
        Assert.Equal(reason is null, certificate.Failure is null);
        Assert.Contains(reason ?? "exact", certificate.Verdict, StringComparison.Ordinal);
    }

    private static CertifiedPair Own(string architecture) =>
        new(new AutoAdjoint(), StepperCatalog.Find("dopri5")!) { UndoesSteps = KnownArchitectures.Named(architecture).UndoesSteps };

    private static Certificate Certify(string architecture, CertifiedPair pair, Func<OdeClassifierOptions, OdeClassifierOptions> change)
    {
        var given = new SettingLayer("").Add("label", "species").Add("architecture", architecture).Add("channels", "4").Add("batch", "8");
        var data = ClassifierData.Load("iris", SettingValues.Merge(given), image => SettingValues.Merge(ClassifierDefaults.For(image, null, SettingValues.Merge(given)), given), _ => { });
        var values = NewClassifier.Effective(data, [given]);
        using var loss = ClassifierLoss.Fresh(data, values, change(ClassifierSettings.Read(values, data.Rows.Dimension, data.Rows.Image, data.Classes.Count)));
        using var certifier = new Certifier(loss, new() { Limit = 1e-11, Directions = 2 });
        return certifier.Certify(pair);
    }

    /// <summary>An architecture whose own gradient, but not the reference, is off by a factor.</summary>
    private sealed class BrokenArchitecture(Scheme inner, double by) : Scheme
    {
        public override string Name => inner.Name;

        public override string Description => inner.Description;

        public override int LeastDepth => inner.LeastDepth;

        public override bool HasOwnGradient => true;

        internal override int Parts => inner.Parts;

        internal override int Coefficients(int depth) => inner.Coefficients(depth);

        internal override Chain CreateChain(ChainParts parts) => new BrokenChain(inner.CreateChain(parts), parts.Solve.Adjoint is BackpropagationAdjoint ? 0 : by);
    }

    private sealed class BrokenChain(Chain inner, double by) : Chain
    {
        internal override VectorLayout StateLayout(long rows) => inner.StateLayout(rows);

        internal override RecordedChain Record(FlatVector start, TapeBudget budget) => new Broken(inner.Record(start, budget), by);

        internal override (FlatVector Final, int Evaluations) Run(FlatVector start) => inner.Run(start);
    }

    private sealed class Broken(RecordedChain inner, double by) : RecordedChain
    {
        internal override FlatVector Final => inner.Final;

        internal override SolveStatistics Statistics => inner.Statistics;

        internal override (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
        {
            var result = inner.Pullback(cotangent, intoStart, intoGradient);
            using TorchSharp.Scalar factor = 1 + by;
            intoStart.Flat.mul_(factor);
            return result;
        }

        public override void Dispose() => inner.Dispose();
    }

    private sealed class ForgetfulKind(BlockKind inner) : BlockKind
    {
        public override string Name => inner.Name;

        public override string Description => inner.Description;

        public override bool IsSmooth => inner.IsSmooth;

        internal override void Check(OdeClassifierOptions options) => inner.Check(options);

        internal override ExpressedMap Stem(OdeClassifierOptions options) => inner.Stem(options);

        internal override ExpressedBlock Block(OdeClassifierOptions options, long channels) => new ForgetfulBlock(channels);

        internal override ExpressedMap Head(OdeClassifierOptions options) => inner.Head(options);
    }

    /// <summary>A block with a term whose graph is cut off.</summary>
    private sealed class ForgetfulBlock : ExpressedBlock
    {
        internal ForgetfulBlock(long channels)
        {
            RowShape = [channels];
            Parameters.AddAffine("map", 1, channels, channels);
        }

        internal override IReadOnlyList<long> RowShape { get; }

        internal override int KeptStates => 2;

        internal override Tensor Express(Tensor time, Tensor state, IReadOnlyList<Tensor> parameters) =>
            nn.functional.linear(state.tanh(), parameters[0], parameters[1]).Plus(state.detach().sin().Times(1e-3));
    }
}
