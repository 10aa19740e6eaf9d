namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>All error norms by the name that a user types.</summary>
public static class ErrorNormCatalog
{
    /// <summary>The names and norms, the default first.</summary>
    public static IReadOnlyList<(string Name, ErrorNorm Norm)> All { get; } =
        [("segment", ErrorNorm.LargestSegment), ("flat", ErrorNorm.Flat), ("row", ErrorNorm.LargestRow)];

    /// <summary>The norm of a name, or null.</summary>
    public static ErrorNorm? Find(string name) => All.FirstOrDefault(entry => entry.Name == name).Norm;
}
