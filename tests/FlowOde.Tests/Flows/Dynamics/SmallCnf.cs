using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Dynamics with two probes and both regularisers, and the field of a solve of six rows.</summary>
internal sealed class SmallCnf : IDisposable
{
    internal const int Rows = 6;

    internal SmallCnf()
    {
        var options = new MlpOptions { Dimension = 3, Hidden = [9, 8] };
        Parameters = SeededDraws.Parameters(options, 1);
        Dynamics = new(new MlpNetwork(options, Parameters), new HutchinsonTrace(2), KnownRegularizers.All);
        Directions = Dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Stream(1));
        Field = Dynamics.ForSolve(Directions);
    }

    internal FlatVector Parameters { get; }

    internal CnfDynamics Dynamics { get; }

    internal Directions Directions { get; }

    internal IAutogradField Field { get; }

    public void Dispose()
    {
        Directions.Dispose();
        Parameters.Dispose();
    }

    internal static void Same(Tensor expected, Tensor actual)
    {
        double error = (expected - actual).abs().max().item<double>();
        Assert.True(error < 1e-13, $"error {error:E2}");
    }

    internal FieldRun Run(int cotangentSeed) =>
        new(Field, SeededDraws.Vector(Field.StateLayout(Rows), 1), 0.4, SeededDraws.Vector(Field.StateLayout(Rows), cotangentSeed));
}
