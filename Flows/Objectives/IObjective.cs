using FlowOde.Flows.Composition;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Objectives;

/// <summary>What training makes small. A loss is a sum over rows divided by the global row count, so that shards and accumulation are sums.</summary>
public interface IObjective
{
    /// <summary>Evaluates the loss on some rows and adds its gradient.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <param name="globalRows">Number of rows of the whole batch, of which these are a part.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient);
}
