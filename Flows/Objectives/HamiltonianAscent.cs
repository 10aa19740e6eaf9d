using FlowOde.Flows.Classification;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Objectives;

/// <summary>
/// Training as optimal control: an iteration of the method of successive approximations on a batch, as the gradient θ − θ* of what it leads to. A step of
/// gradient descent of rate 1 without momentum lands on θ*; a smaller rate goes part of the way.
/// </summary>
/// <remarks>
/// Li, Chen, Tai, E 2018 (arXiv 1710.09513), Algorithms 1 and 2 on batches. Blocks of a chain that is Euler's method are the controls. The stem is the layer that makes the
/// first state, with the Hamiltonian p₀·stem(u), and the head the terminal cost, −Φ(x_N); both climb as the blocks do, and are held by the same penalty where their
/// change would move a state or a costate. A block climbs H and not hH, so that one ascent without penalty is a step of gradient descent N times as long in the blocks as
/// in stem and head. Hamiltonians are summed over the rows as in the source, whose penalty ρ this is.
/// </remarks>
/// <param name="model">The classifier.</param>
/// <param name="parameters">Its parameters, followed as they change. Not changed.</param>
/// <param name="options">How an iteration climbs.</param>
/// <exception cref="ArgumentException">The chain is not Euler's method with a set of weights for each step.</exception>
public sealed class HamiltonianAscent(OdeClassifier model, FlatVector parameters, HamiltonianAscentOptions options)
{
    private readonly ClassifierControl _control = new(model, parameters);

    /// <summary>The loss of a batch, and where an iteration leads from.</summary>
    /// <param name="batch">The rows, with their classes as unit vectors for context.</param>
    /// <param name="intoGradient">θ − θ* is added to it.</param>
    /// <exception cref="ArgumentException">The batch has no classes.</exception>
    /// <exception cref="OdeSolveException">The loss is not finite: the iteration diverges.</exception>
    public ObjectiveResult Evaluate(TrainingBatch batch, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(intoGradient);
        var classes = batch.Context ?? throw new ArgumentException("A batch to learn classes from has them as context; this one has none.", nameof(batch));
        int rows = batch.Rows.Length, layers = model.Options.Depth;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var next = parameters.Clone();
        using var start = _control.Start(batch.Values);
        var cost = _control.Terminal(classes);
        var problem = _control.Problem(start, cost);
        var controls = _control.Controls(next);
        using var trajectory = ControlSweep.Run(problem, controls);
        if (!double.IsFinite(trajectory.Cost))
        {
            throw new OdeSolveException($"Successive approximations diverge: the loss is {trajectory.Cost}. Raise the penalty, or lower the rate.", 1, 1.0 / layers, layers);
        }

        var ascent = new GradientAscent { Steps = options.Ascents, Rate = options.Rate / rows };
        var method = new SuccessiveApproximations { Maximizer = new AscentMaximizer(_control.Field) { Ascent = ascent }, Penalty = options.Penalty };
        double[] losses = cost.Losses;
        int values = method.Improve(problem, trajectory, controls);
        ascent.Climb((stem, into) => _control.StemValue(batch.Values, trajectory, options.Penalty, stem, into), _control.Stem(next));
        ascent.Climb((head, into) => cost.Value(trajectory.States[^1], options.Penalty, head, into), _control.Head(next));
        intoGradient.Flat.add_(parameters.Flat, CachedScalars.One).add_(next.Flat, CachedScalars.MinusOne);
        return new()
        {
            Loss = losses.Sum() / rows,
            SumScore = losses.Sum(),
            SumSquaredScore = losses.Sum(loss => loss * loss),
            Rows = rows,
            Forward = new() { Evaluations = layers, AcceptedSteps = layers },
            Backward = new() { Evaluations = layers + values, Pullbacks = layers + values },
        };
    }
}
