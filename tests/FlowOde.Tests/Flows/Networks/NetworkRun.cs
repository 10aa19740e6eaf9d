using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>One evaluation of a network with its pullback, from seeded inputs, directions and cotangents; all in the scope it is made in.</summary>
internal sealed class NetworkRun
{
    internal const double Time = 0.37;
    internal const double Weight = 1.7; // no float, so that a weight rounded to one is seen

    internal NetworkRun(INetwork network, long rows, int tangents, FlatVector intoGradient, long? directionDimension = null)
    {
        var dtype = network.Parameters.DType;
        long d = network.Dimension;
        Tensor Wave(double phase, params long[] shape) => sin(Arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float64).Times(0.7391).Plus(phase)).view(shape).to(dtype);
        (Input, Directions) = (Wave(0.1, rows, d), Wave(0.2, tangents, rows, d));
        if (directionDimension is { } leading)
        {
            Directions.narrow(2, leading, d - leading).Fill(0);
        }

        (ValueCotangent, TangentCotangent) = (Wave(0.3, rows, d), Wave(0.4, tangents, rows, d));
        using var workspace = network.CreateWorkspace(new(rows, dtype, CPU), tangents);
        using var tape = workspace.CreateTape();
        tape.Input.Values.copy_(Input);
        tape.Input.Tangents.copy_(Directions);
        if (tape.Context is not null)
        {
            Context = Wave(0.5, rows, network.ContextDimension);
            tape.Context.copy_(Context);
            ContextCotangent = FullLike(Context, double.NaN);
        }

        network.Forward(Time, tape);
        (Values, Tangents) = (tape.Output.Values.clone(), tape.Output.Tangents.clone());
        workspace.OutputCotangent.Values.copy_(ValueCotangent);
        workspace.OutputCotangent.Tangents.copy_(TangentCotangent);
        network.Pullback(tape, InputCotangent = FullLike(Input, double.NaN), ContextCotangent);
        network.PullbackParameters(tape, Weight, intoGradient, TimeCotangent = Full([1], double.NaN, dtype: dtype));
    }

    internal Tensor Input { get; }

    internal Tensor Directions { get; }

    internal Tensor ValueCotangent { get; }

    internal Tensor TangentCotangent { get; }

    internal Tensor? Context { get; }

    internal Tensor? ContextCotangent { get; }

    internal Tensor Values { get; }

    internal Tensor Tangents { get; }

    internal Tensor InputCotangent { get; }

    internal Tensor TimeCotangent { get; }
}
