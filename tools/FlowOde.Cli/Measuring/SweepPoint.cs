using System.Text.Json.Nodes;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Measuring;

/// <summary>What is known of one measured point, as its line says.</summary>
/// <param name="Json">The line.</param>
internal sealed record SweepPoint(JsonObject Json)
{
    /// <summary>The status of a point that was measured.</summary>
    public const string Finished = "finished";

    /// <summary>The status of a point that was ended because it had more memory than allowed.</summary>
    public const string OverMemory = "over-memory";

    /// <summary>The status of a point that was ended because it took too long.</summary>
    public const string OverTime = "over-time";

    /// <summary>The status of a point whose process failed or was ended by others.</summary>
    public const string Failed = "failed";

    /// <summary>What became of it.</summary>
    public string Status => Json["status"]!.GetValue<string>();

    /// <summary>Whether it was measured.</summary>
    public bool IsFinished => Status == Finished;

    /// <summary>The network in a few words, of classifiers; null of densities.</summary>
    public string? Network => Json["network"]?.GetValue<string>();

    /// <summary>The architecture, of classifiers; null of densities.</summary>
    /// <exception cref="FormatException">There is none of that name.</exception>
    public Architecture? Architecture => Json["architecture"]?.GetValue<string>() is not { } name ? null
        : KnownArchitectures.All.FirstOrDefault(known => known.Name == name) ?? throw new FormatException($"There is no architecture '{name}'.");

    /// <summary>Whether all steps of the network share their weights.</summary>
    public bool IsShared => Json["shared"]?.GetValue<bool>() ?? false;

    /// <summary>The gradient method.</summary>
    public string Method => Json["adjoint"]!.GetValue<string>();

    /// <summary>What theory says of the memory; null where it says nothing.</summary>
    public MemoryTheory? Theory => AdjointCatalog.Find(Method) is var method && Architecture is { } architecture
        ? architecture.Memory(method, IsShared)
        : method is null ? null : MemoryTheory.Of(method);

    /// <summary>The budget of memory, where the method has one.</summary>
    public string? Budget => Json["budget"]?.GetValue<string>();

    /// <summary>The solver.</summary>
    public string Solver => Json["solver"]!.GetValue<string>();

    /// <summary>The number of steps.</summary>
    public int Steps => Json["steps"]!.GetValue<int>();

    /// <summary>Rows.</summary>
    public int Batch => Json["batch"]!.GetValue<int>();

    /// <summary>Widths of the hidden layers; of a classifier the channels of its state.</summary>
    public string Hidden => string.Join(',', Json["hidden"]!.AsArray().Select(width => width!.ToJsonString()));

    /// <summary>The group whose points may be shown together.</summary>
    public string Group => Json["group"]!.GetValue<string>();

    /// <summary>The peak in bytes, above what the process had before; of a point that was over its memory, what it had got to.</summary>
    public long? Peak => Json["peakBytes"]?.GetValue<long>();

    /// <summary>What the process had before, where it got so far.</summary>
    public long? Baseline => Json["baselineBytes"]?.GetValue<long>();

    /// <summary>The memory it was allowed, where it had more; in bytes.</summary>
    public long? Limit => Json["limitBytes"]?.GetValue<long>();

    /// <summary>The seconds it was allowed, where it took longer.</summary>
    public double? SecondsLimit => Number("limitSeconds");

    /// <summary>A number of the line, or null.</summary>
    public double? Number(string name) => Json[name] is { } node ? double.Parse(node.ToJsonString()) : null; // a node made here knows only the type it was made of

    /// <summary>Whether a line says all that every point's says.</summary>
    public static bool IsWhole(JsonObject json)
    {
        var point = new SweepPoint(json);
        _ = (json["key"]!.GetValue<string>(), point.Group, point.Network, point.Architecture, point.IsShared, point.Method, point.Solver, point.Steps, point.Batch, point.Hidden, point.Budget);
        return point.Status switch
        {
            Finished => point.Peak is not null && json["nfeForward"] is not null && json["nfeBackward"] is not null && json["nfeAgain"] is not null && json["firstSeconds"] is not null,
            OverMemory => point.Limit is not null,
            OverTime => point.SecondsLimit is not null,
            _ => point.Status == Failed,
        };
    }
}
