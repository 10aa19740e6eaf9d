namespace FlowOde.Tests;

/// <summary>A test that reads the repository's own project files; reported as skipped where the test output lies elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RepositoryFactAttribute : FactAttribute
{
    private const string Solution = "FlowOde.sln";

    public RepositoryFactAttribute()
    {
        if (Root is null)
        {
            Skip = $"No folder above {AppContext.BaseDirectory} has {Solution}.";
        }
    }

    /// <summary>The folder of the solution, or null.</summary>
    public static string? Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                folder = folder.Parent;
            }

            return folder?.FullName;
        }
    }
}
