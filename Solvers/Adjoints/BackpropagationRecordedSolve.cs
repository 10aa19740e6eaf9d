using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A recorded solve that is one autograd graph.</summary>
internal sealed class BackpropagationRecordedSolve(UnrolledSolve solve) : RecordedSolve
{
    public override IReadOnlyList<FlatVector> States => solve.States;

    public override SolveStatistics Statistics => solve.Statistics;

    public override IReadOnlyList<double> Grid => solve.Grid;

    public override void Dispose() => solve.Dispose();

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        solve.Leaves.RequireUnchanged();
        var cotangents = new List<Tensor>();
        foreach (var cotangent in stateCotangents)
        {
            if (!cotangent.Layout.Equals(solve.Problem.Start.Layout))
            {
                throw new ArgumentException($"A cotangent has the layout ({cotangent.Layout}); the states have ({solve.Problem.Start.Layout}).", nameof(stateCotangents));
            }

            cotangents.AddRange(cotangent.Layout.Segments.Select((_, i) => cotangent[i]));
        }

        var (segments, leaves) = (solve.Start.Length, solve.Leaves.Tensors);
        var gradients = CheckedAutograd.Gradient([.. solve.Outputs.SelectMany(output => output)], [.. solve.Start, .. leaves, .. solve.Times], cotangents);
        intoStart.Clear();
        for (int i = 0; i < segments; i++)
        {
            if (gradients[i] is { } gradient)
            {
                intoStart[i].copy_(gradient);
            }
        }

        CheckedAutograd.Add(gradients.AsSpan(segments, leaves.Count), 1, intoGradient);
        double[] times = [.. gradients.Skip(segments + leaves.Count).Select(gradient => gradient?.item<double>() ?? 0)];
        return new(times, new() { Pullbacks = solve.Pullbacks, AcceptedSteps = solve.Statistics.AcceptedSteps });
    }
}
