namespace FlowOde.Solvers.Adjoints;

/// <summary>A gradient method with one whole number that a user may choose, written behind its name: <c>name:number</c>.</summary>
public interface INumberedAdjoint
{
    /// <summary>What the number says, in a few words.</summary>
    string Meaning { get; }

    /// <summary>The same method with another number.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The method cannot have this number; the message says why.</exception>
    IAdjoint With(int number);
}
