using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Fields of flows at a time for each row: trace, regularisers and gradient are those of each row at its own time.</summary>
public sealed class RowTimeFieldTests
{
    private const int Rows = 3;
    private static readonly double[] _times = [0.9, 0, 0.35];

    public static TheoryData<string, bool> LayersOfBothKinds() => NetworkContextTests.LayersOfBothKinds();

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void EvaluateAndPullback_AtATimeForEachRow_AreThoseAtASharedTimeInThatRow(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages), 1);
        var dynamics = new CnfDynamics(Options(layer, ofImages).CreateNetwork(parameters), new HutchinsonTrace(2), KnownRegularizers.All);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Stream(1));
        foreach (var field in (IDifferentiableField[])[dynamics.ForSolve(directions), dynamics.SampleField])
        {
            var layout = field.StateLayout(Rows);
            FlatVector State() => SeededDraws.Vector(layout, 2);
            using var rows = new FieldRun(field, State(), new EvaluationTime(tensor(_times)), SeededDraws.Vector(layout, 3), 1.7);
            var gradient = zeros_like(rows.Gradient.Flat);
            for (int row = 0; row < Rows; row++)
            {
                var cotangent = new FlatVector(layout, ScalarType.Float64);
                using var whole = SeededDraws.Vector(layout, 3);
                Each(i => cotangent[i][row].copy_(whole[i][row]));
                using var shared = new FieldRun(field, State(), _times[row], cotangent, 1.7);
                Each(i => Close(Of(shared.Derivative, i, row), Of(rows.Derivative, i, row), $"{layout.Segments[i].Name} of row {row}"));
                Each(i => Close(Of(shared.StateCotangent, i, row), Of(rows.StateCotangent, i, row), $"cotangent of {layout.Segments[i].Name} of row {row}"));
                Close(shared.TimeCotangent[0], rows.TimeCotangent[row], $"cotangent of the time of row {row}");
                gradient.Accumulate(shared.Gradient.Flat);
            }

            Close(gradient, rows.Gradient.Flat, "gradient");

            void Each(Action<int> segment) => Enumerable.Range(0, layout.Segments.Count).ToList().ForEach(segment);
        }

        // What a field does not write stays NaN in a run.
        static Tensor Of(FlatVector vector, int segment, int row) => vector[segment][row].nan_to_num(7);
    }

    [Theory]
    [InlineData("concatsquash", false)]
    [InlineData("hyper", false)]
    [InlineData("concatcoord", true)]
    public void Evaluate_OfAnExactTraceInChunks_AtATimeForEachRow_IsThatInOnePiece(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages), 1);
        var network = Options(layer, ofImages).CreateNetwork(parameters);
        var (whole, chunked) = (Rates(new ExactTrace()), Rates(new ExactTrace { ChunkBytes = 1 }));
        Close(whole[0], chunked[0], "f");
        Close(whole[2], chunked[2], "trace");
        var shared = Rates(new ExactTrace(), _times[2]);
        Close(shared[2][2], chunked[2][2], "trace of row 2");

        FlatVector Rates(ITraceEstimator trace, EvaluationTime? time = null)
        {
            var dynamics = new CnfDynamics(network, trace);
            using var directions = dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Stream(1));
            var field = dynamics.ForSolve(directions);
            using var state = SeededDraws.Vector(field.StateLayout(Rows), 2);
            using var workspace = field.CreateWorkspace(WorkspaceSpec.For(state));
            var tape = workspace.RentTape();
            var rates = state.CreateLike();
            field.Evaluate(time ?? new EvaluationTime(tensor(_times)), state, tape, rates);
            workspace.ReturnTape(tape);
            return rates;
        }
    }

    private static NetworkOptions Options(string layer, bool ofImages)
    {
        NetworkOptions shape = ofImages ? new ConvOptions { Image = new(2, 3, 2) } : new MlpOptions { Dimension = 4 };
        return shape with { Hidden = [6, 5], LayerType = KnownLayers.Named(layer), ContextDimension = 2 };
    }

    private static void Close(Tensor expected, Tensor found, string what)
    {
        double scale = Math.Max(expected.abs().max().item<double>(), 1), error = (expected - found).abs().max().item<double>() / scale;
        Assert.True(error < 1e-13, $"{what}: error {error:E2} of {scale:G3}.");
    }
}
