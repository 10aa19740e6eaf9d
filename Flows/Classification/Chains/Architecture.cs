using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>An architecture of residual networks, as a scheme for dx/dt = f(t, x; θ) from t = 0 to 1.</summary>
/// <remarks>E 2017; Lu et al. 2018 (1710.10121, §2): with N steps of h = 1/N, the n-th block is F_n(x) = h f(n h, x; θ_n).</remarks>
public abstract class Architecture
{
    /// <summary>The name, as a user types it.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>Whether solver and steps are the user's choice. All blocks then share one set of weights, and there is no depth.</summary>
    public virtual bool ChoosesSteps => false;

    /// <summary>The least number of steps.</summary>
    public virtual int LeastDepth => 1;

    /// <summary>The method of its steps, where that is one of the steppers and not the user's choice.</summary>
    public virtual IStepper? Method => null;

    /// <summary>Whether its gradient has a way of its own, and not the user's choice.</summary>
    public virtual bool HasOwnGradient => false;

    /// <summary>Whether that gradient rebuilds states by undoing steps, whose round-off grows on the way.</summary>
    public virtual bool UndoesSteps => false;

    /// <summary>Whether channels of zeros are added behind the stem (Dupont et al. 2019).</summary>
    public virtual bool IsAugmented => false;

    /// <summary>Whether it has trained numbers of its own beside the blocks, such as the weights of a multistep method.</summary>
    public bool HasCoefficients => Coefficients(LeastDepth) > 0;

    /// <summary>Whether this program can make it: its method is among the steppers.</summary>
    public virtual bool IsAvailable => true;

    /// <summary>How the activations that a gradient keeps grow with the number of steps; parameters and their gradient are not counted.</summary>
    /// <param name="adjoint">The gradient method; null where the gradient has a way of its own.</param>
    /// <param name="isShared">Whether all steps share their weights.</param>
    /// <returns>The law, or null where none is stated.</returns>
    /// <remarks>With weights of its own each step is a solve, which keeps the state that it ends in whatever the method.</remarks>
    public virtual MemoryTheory? Memory(IAdjoint? adjoint, bool isShared) =>
        adjoint is null ? null : ChoosesSteps || isShared ? MemoryTheory.Of(adjoint) : new(1, IsBudgeted: adjoint is AutoAdjoint);

    /// <summary>In how many equal parts the channels are split.</summary>
    internal virtual int Parts => 1;

    /// <summary>How many parameters of its own it has, beside those of the blocks.</summary>
    /// <param name="depth">Number of steps.</param>
    internal virtual int Coefficients(int depth) => 0;

    /// <summary>What such a number starts from.</summary>
    /// <param name="uniform">A draw in (0, 1).</param>
    internal virtual double Start(double uniform) => 0;

    /// <summary>What is doubtful about the parameters before they are trained, or null.</summary>
    /// <param name="coefficients">The architecture's own numbers.</param>
    internal virtual string? Warning(ReadOnlySpan<double> coefficients) => null;

    /// <summary>Number of blocks with weights of their own.</summary>
    /// <param name="depth">Number of steps.</param>
    /// <param name="isShared">Whether all steps share their weights.</param>
    internal int Blocks(int depth, bool isShared) => Parts * (isShared ? 1 : depth);

    /// <summary>Makes the chain.</summary>
    internal abstract Chain CreateChain(ChainParts parts);
}
