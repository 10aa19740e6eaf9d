namespace FlowOde.Tests.Cli;

/// <summary>A folder for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("flowode-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    /// <summary>A table of correlated normal rows, of three columns unless told.</summary>
    public string WriteTable(string name = "table.csv", int rows = 120, string header = "height,weight,age")
    {
        var random = new Random(7);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var lines = new List<string> { header };
        for (int row = 0; row < rows; row++)
        {
            double a = Normal(), b = Normal(), c = Normal();
            lines.Add(string.Join(',', new[] { 170 + (10 * a), 70 + (5 * a) + (8 * b), 40 + (12 * c) }.Take(header.Split(',').Length)));
        }

        return Write(name, string.Join('\n', lines) + "\n");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
