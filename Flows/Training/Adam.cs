using System.Numerics;
using System.Runtime.InteropServices;
using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Training;

/// <summary>Adam with decoupled weight decay, on one flat parameter vector: clipping, update and average are one pass over memory a step.</summary>
/// <remarks>Kingma, Ba 2015; Loshchilov, Hutter 2019 (AdamW).</remarks>
public sealed class Adam : IOptimizer
{
    private readonly AdamOptions _options;

    /// <summary>Makes an optimiser whose moments are zero.</summary>
    /// <param name="options">The constants.</param>
    /// <param name="parameters">The parameters it will update; only their layout is kept.</param>
    public Adam(AdamOptions options, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parameters);
        (_options, FirstMoment, SecondMoment) = (options, parameters.CreateLike(), parameters.CreateLike());
    }

    /// <summary>The decaying mean of the gradient. Belongs to the optimiser.</summary>
    public FlatVector FirstMoment { get; }

    /// <summary>The decaying mean of the squared gradient. Belongs to the optimiser.</summary>
    public FlatVector SecondMoment { get; }

    /// <inheritdoc/>
    public long Steps { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, FlatVector Vector)> Moments => [("adam.first", FirstMoment), ("adam.second", SecondMoment)];

    /// <inheritdoc/>
    public void Step(FlatVector gradient, double gradientFactor, double rate, double averageDecay, FlatVector intoParameters, FlatVector intoAverage)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(intoParameters);
        ArgumentNullException.ThrowIfNull(intoAverage);
        Steps++;
        double first = 1 - Math.Pow(_options.Beta1, Steps), second = 1 - Math.Pow(_options.Beta2, Steps);
        double kept = ExponentialMovingAverage.DecayAt(averageDecay, Steps);
        if (!intoParameters.IsOnCpu)
        {
            StepOnDevice(gradient, gradientFactor, rate, first, second, kept, intoParameters, intoAverage);
        }
        else if (intoParameters.DType == ScalarType.Float32)
        {
            StepOnSpans<float>(gradient, gradientFactor, rate, first, second, kept, intoParameters, intoAverage);
        }
        else
        {
            StepOnSpans<double>(gradient, gradientFactor, rate, first, second, kept, intoParameters, intoAverage);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }

    private void StepOnSpans<T>(FlatVector gradient, double gradientFactor, double rate, double first, double second, double kept, FlatVector intoParameters, FlatVector intoAverage)
        where T : unmanaged, IRootFunctions<T>
    {
        T Of(double value) => T.CreateTruncating(value);
        var (beta1, rest1) = (new Vector<T>(Of(_options.Beta1)), new Vector<T>(Of(1 - _options.Beta1)));
        var (beta2, rest2) = (new Vector<T>(Of(_options.Beta2)), new Vector<T>(Of(1 - _options.Beta2)));
        var (factor, epsilon) = (new Vector<T>(Of(gradientFactor)), new Vector<T>(Of(_options.Epsilon)));
        var (step, secondScale) = (new Vector<T>(Of(rate / first)), new Vector<T>(Of(1 / second)));
        var keep = new Vector<T>(Of(1 - (rate * _options.WeightDecay)));
        var (old, young) = (new Vector<T>(Of(kept)), new Vector<T>(Of(1 - kept)));
        nuint length = (nuint)intoParameters.Layout.Length;
        ref T g = ref MemoryMarshal.GetReference(gradient.AsSpan<T>()), m = ref MemoryMarshal.GetReference(FirstMoment.AsSpan<T>()), v = ref MemoryMarshal.GetReference(SecondMoment.AsSpan<T>());
        ref T p = ref MemoryMarshal.GetReference(intoParameters.AsSpan<T>()), a = ref MemoryMarshal.GetReference(intoAverage.AsSpan<T>());

        // Every segment starts at a multiple of VectorLayout.Alignment entries and so does the end: no remainder.
        for (nuint i = 0; i < length; i += (nuint)Vector<T>.Count)
        {
            var slope = Vector.LoadUnsafe(ref g, i) * factor;
            var mean = (Vector.LoadUnsafe(ref m, i) * beta1) + (slope * rest1);
            var square = (Vector.LoadUnsafe(ref v, i) * beta2) + (slope * slope * rest2);
            var parameter = (Vector.LoadUnsafe(ref p, i) * keep) - (step * mean / (Vector.SquareRoot(square * secondScale) + epsilon));
            mean.StoreUnsafe(ref m, i);
            square.StoreUnsafe(ref v, i);
            parameter.StoreUnsafe(ref p, i);
            ((Vector.LoadUnsafe(ref a, i) * old) + (parameter * young)).StoreUnsafe(ref a, i);
        }
    }

    private void StepOnDevice(FlatVector gradient, double gradientFactor, double rate, double first, double second, double kept, FlatVector intoParameters, FlatVector intoAverage)
    {
        using var scope = NewDisposeScope();
        using Scalar beta1 = _options.Beta1, rest1 = (1 - _options.Beta1) * gradientFactor, beta2 = _options.Beta2,
            rest2 = (1 - _options.Beta2) * gradientFactor * gradientFactor, epsilon = _options.Epsilon, keep = 1 - (rate * _options.WeightDecay),
            step = -rate / first, secondScale = 1 / second, young = 1 - kept;
        FirstMoment.Flat.mul_(beta1).add_(gradient.Flat, rest1);
        SecondMoment.Flat.mul_(beta2).addcmul_(gradient.Flat, gradient.Flat, rest2);
        var root = (SecondMoment.Flat * secondScale).sqrt_().add_(epsilon, CachedScalars.One);
        intoParameters.Flat.mul_(keep).addcdiv_(FirstMoment.Flat, root, step);
        intoAverage.Flat.lerp_(intoParameters.Flat, young);
    }
}
