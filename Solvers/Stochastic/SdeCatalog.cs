namespace FlowOde.Solvers.Stochastic;

/// <summary>All methods for stochastic differential equations by name. A new one is its own file and a line here.</summary>
public static class SdeCatalog
{
    /// <summary>The methods.</summary>
    public static IReadOnlyList<ISdeStepper> All { get; } = [EulerMaruyama.Method, Milstein.Method, StratonovichHeun.Method];

    /// <summary>The method of a name, or null.</summary>
    public static ISdeStepper? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(stepper => stepper.Name == name);
    }
}
