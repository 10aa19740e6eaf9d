using System.Collections.Concurrent;
using TorchSharp;

namespace FlowOde.Flows.Layers;

/// <summary>Constants as native scalars, made once: an implicit conversion would make and leak one at each call.</summary>
internal static class CachedScalars
{
    private static readonly ConcurrentDictionary<double, Scalar> _others = new();

    internal static readonly Scalar Zero = 0.0;
    internal static readonly Scalar Half = 0.5;
    internal static readonly Scalar One = 1.0;
    internal static readonly Scalar Two = 2.0;
    internal static readonly Scalar MinusOne = -1.0;
    internal static readonly Scalar MinusTwo = -2.0;

    /// <summary>A number that follows from a model's configuration: there are few of them.</summary>
    internal static Scalar Of(double value) => _others.TryGetValue(value, out var scalar) ? scalar : _others.GetOrAdd(value, static number => number);
}
