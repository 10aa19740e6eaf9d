using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;

namespace FlowOde.Cli.Measuring;

/// <summary>The folder of a sweep: its points, a line of JSON each, and what is made from them. Held by one process at a time.</summary>
internal sealed class SweepFolder : IDisposable
{
    private const string PointsName = "points.jsonl";

    private readonly Dictionary<string, JsonObject> _points = [];
    private readonly RunLock _lock;
    private readonly FileStream _stream;

    private SweepFolder(string path, RunLock held, FileStream stream) => (Path, _lock, _stream) = (path, held, stream);

    /// <summary>The folder, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The last measurement of each point, in the order in which they were first made.</summary>
    public IEnumerable<JsonObject> Points => _points.Values;

    /// <summary>Opens the folder of a sweep, an earlier one's with its points, or makes it.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="UsageException">It is something else, another process sweeps in it, or a point cannot be read.</exception>
    public static SweepFolder Open(string path)
    {
        string points = System.IO.Path.Combine(path, PointsName);
        if (System.IO.File.Exists(path) || (Directory.Exists(path) && !System.IO.File.Exists(points) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new UsageException($"--out {path} exists and holds no {PointsName}, so it is no folder of `flowode memory`; choose another.");
        }

        RunLock? held = null;
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, "references"));
            held = RunLock.Take(path, System.IO.Path.Combine(path, "sweep.lock"), "measured into");
            var (whole, length) = System.IO.File.Exists(points) ? Read(points) : (Whole: [], Length: 0);
            stream = new FileStream(points, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            stream.SetLength(length); // without the half line of a process that was killed while it wrote
            stream.Seek(0, SeekOrigin.End);
            var folder = new SweepFolder(path, held, stream);
            foreach (var point in whole)
            {
                folder.Remember(point);
            }

            (held, stream) = (null, null);
            return folder;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--out {path} cannot be written: {problem.Message}", problem);
        }
        finally
        {
            stream?.Dispose();
            held?.Dispose();
        }
    }

    /// <summary>The last measurement of a key, or null.</summary>
    public JsonObject? Find(string key) => _points.GetValueOrDefault(key);

    /// <summary>Adds a measurement, at once on disk.</summary>
    public void Add(JsonObject point)
    {
        _stream.Write(Encoding.UTF8.GetBytes(RunJson.Line(point) + "\n"));
        _stream.Flush(flushToDisk: true);
        Remember(point);
    }

    /// <summary>A file of the sweep.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    private void Remember(JsonObject point) => _points[point["key"]!.GetValue<string>()] = point;

    private static (List<JsonObject> Whole, long Length) Read(string path)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        int length = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        var points = new List<JsonObject>();
        string[] lines = Encoding.UTF8.GetString(bytes, 0, length).Split('\n');
        for (int i = 0; i < lines.Length - 1; i++)
        {
            points.Add(Parse(lines[i]) ?? throw new UsageException($"{path}, line {i + 1} is no point of a sweep: '{Start(lines[i])}'. Remove the line, and it is measured again; or choose another --out."));
        }

        return (points, length);
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject point && SweepPoint.IsWhole(point) ? point : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Start(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
