using FlowOde.Solvers;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>The gradient of a model's own loss on the first batch of its training, which can be compared with the exact one. Owns its tensors.</summary>
/// <param name="parameters">The model's parameters; they become this object's.</param>
/// <param name="steps">The number of steps that is measured.</param>
internal abstract class ComparableGradient(FlatVector parameters, int steps) : IMeasuredGradient, IDisposable
{
    private const int WarmUpSteps = 2;

    /// <summary>The number of parameters.</summary>
    public long ParameterCount => parameters.Layout.Segments.Sum(segment => segment.Length);

    /// <summary>The parameters.</summary>
    protected FlatVector Parameters => parameters;

    /// <summary>The gradient last computed, in the parameters' layout.</summary>
    protected FlatVector Gradient { get; } = parameters.CreateLike();

    /// <inheritdoc/>
    public void WarmUp()
    {
        for (int few = WarmUpSteps; ; few *= 2)
        {
            try
            {
                ComputeSmall(Math.Min(few, steps));
                return;
            }
            catch (OdeSolveException) when (few < steps)
            {
                // So few steps were too coarse, as for a backward solve that cannot find its way back.
            }
        }
    }

    /// <inheritdoc/>
    public abstract GradientCost Compute();

    /// <summary>The gradient last computed.</summary>
    public double[] ToArray() => Doubles(Gradient);

    /// <summary>The exact gradient of the discrete solve with the same steps, of the same rows and parameters, in float64.</summary>
    public abstract double[] ComputeReference();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Gradient.Dispose();
        parameters.Dispose();
    }

    /// <summary>A gradient of the same kind and rows with few steps, on memory of its own.</summary>
    protected abstract void ComputeSmall(int few);

    /// <summary>The numbers of a gradient, without the gaps between its segments.</summary>
    protected static double[] Doubles(FlatVector vector)
    {
        using var scope = NewDisposeScope();
        return cat([.. vector.Layout.Segments.Select((_, i) => vector[i].flatten())]).to(ScalarType.Float64).cpu().data<double>().ToArray();
    }
}
