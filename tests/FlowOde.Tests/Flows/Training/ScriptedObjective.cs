using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Flows.Training;

/// <summary>
/// A bowl whose centre moves with the batch: L = ½|θ − c|² with c = the batch's first number. Its gradient is known in closed form, and
/// every batch of <paramref name="fails"/> ends as a failed solve or a loss that is not a number.
/// </summary>
internal sealed class ScriptedObjective(Func<long, bool> fails) : IObjective
{
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        if (fails(draw.Step) && draw.Step % 2 == 0)
        {
            throw new OdeSolveException("Scripted.", 0, 0, 0);
        }

        double centre = batch.Values.data<double>()[0], loss = fails(draw.Step) ? double.NaN : 0;
        foreach (var segment in flow.Parameters.Layout.Segments)
        {
            for (int i = (int)segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                double apart = flow.Parameters.AsSpan<double>()[i] - centre;
                intoGradient.AsSpan<double>()[i] += apart;
                loss += 0.5 * apart * apart;
            }
        }

        return new() { Loss = loss, SumScore = loss, SumSquaredScore = loss * loss, Rows = 1, Forward = new(), Backward = new() };
    }
}
