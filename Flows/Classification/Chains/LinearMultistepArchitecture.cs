using System.Globalization;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>A linear multistep method whose weight is trained at each step (Lu et al. 2018, §3).</summary>
internal sealed class LinearMultistepArchitecture : Architecture
{
    private const int Named = 4; // steps that a warning names
    private const double Widest = 0.1;

    /// <inheritdoc/>
    public override string Name => "lm-resnet";

    /// <inheritdoc/>
    public override string Description => "a linear two-step method with a trained weight k at each step";

    /// <inheritdoc/>
    public override int LeastDepth => 2;

    /// <inheritdoc/>
    public override bool HasOwnGradient => true;

    /// <summary>Linear: the states and the evaluation of every step are kept.</summary>
    public override MemoryTheory? Memory(IAdjoint? adjoint, bool isShared) => new(1);

    /// <summary>The first step has no state before it, and so no weight.</summary>
    internal override int Coefficients(int depth) => depth - 1;

    /// <summary>Uniform in [−0.1, 0], as published.</summary>
    internal override double Start(double uniform) => -Widest * uniform;

    /// <summary>The method is zero-stable if and only if −1 &lt; k ≤ 1: its roots are 1 and −k.</summary>
    internal override string? Warning(ReadOnlySpan<double> coefficients)
    {
        var unstable = new List<string>();
        for (int i = 0; i < coefficients.Length; i++)
        {
            if (!(coefficients[i] is > -1 and <= 1))
            {
                unstable.Add($"of step {i + 2} is {coefficients[i].ToString("G4", CultureInfo.InvariantCulture)}");
            }
        }

        return unstable.Count == 0
            ? null
            : $"k {string.Join(", ", unstable.Take(Named))}{(unstable.Count > Named ? $", and {unstable.Count - Named} more of {coefficients.Length} are outside too" : "")}: the two-step method is zero-stable only for -1 < k <= 1, so states grow with depth.";
    }

    internal override Chain CreateChain(ChainParts parts) => new LinearMultistepChain(parts);
}
