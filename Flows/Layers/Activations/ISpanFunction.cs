using System.Numerics;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ on vector registers; static, so that a pass is compiled for each φ with nothing called inside its loop.</summary>
internal interface ISpanFunction
{
    /// <summary>What the tape keeps; constant for the compiler.</summary>
    static abstract ActivationKeeps Keeps { get; }

    /// <summary>φ(a), φ'(a), and φ''(a) where the curvature is kept.</summary>
    static abstract void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature);

    /// <summary>φ'(a) and the factor of the second-order term (see <see cref="Activation"/>), from the output and what was kept.</summary>
    static abstract void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor);
}
