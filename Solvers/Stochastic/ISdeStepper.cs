namespace FlowOde.Solvers.Stochastic;

/// <summary>A method that makes steps of a stochastic differential equation. It holds nothing that changes.</summary>
public interface ISdeStepper
{
    /// <summary>The name in <see cref="SdeCatalog"/>.</summary>
    string Name { get; }

    /// <summary>The integral that the method's limit means.</summary>
    SdeCalculus Calculus { get; }

    /// <summary>The error of a path falls with this power of the step, where the noise of entry i depends on no other entry of y.</summary>
    double StrongOrder { get; }

    /// <summary>The error of an expectation falls with this power of the step.</summary>
    double WeakOrder { get; }

    /// <summary>Vectors of the state's size that a step takes besides the state, the candidate and the noise.</summary>
    int Scratch { get; }

    /// <summary>Makes one step.</summary>
    /// <param name="step">Where it starts and ends, its noise, and where the result goes.</param>
    void Advance(SdeStep step);
}
