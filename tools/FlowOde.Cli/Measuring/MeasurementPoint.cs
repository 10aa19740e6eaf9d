using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;

namespace FlowOde.Cli.Measuring;

/// <summary>One point of a sweep: a gradient method, a solver, a number of steps and sizes.</summary>
/// <param name="Subject">The model.</param>
/// <param name="Method">The gradient method, as a user types it.</param>
/// <param name="Solver">The solver.</param>
/// <param name="Steps">The number of steps, all equal.</param>
/// <param name="Batch">Rows.</param>
/// <param name="Hidden">Widths of the hidden layers.</param>
internal sealed record MeasurementPoint(MeasurementSubject Subject, string Method, string Solver, int Steps, int Batch, IReadOnlyList<int> Hidden)
{
    /// <summary>Settings that every point of a sweep has in common, and that change what is measured.</summary>
    private static readonly string[] _common =
    [
        "blocks", "layer", "activation", "base-time", "data-time", "last-layer-scale", "error-norm", "trace", "probes", "probe-distribution", "regularize", "dtype", "threads", "device", "seed",
    ];

    /// <summary>The settings without which no measurement can be made.</summary>
    public static IEnumerable<string> Needed => _common.Except(["regularize"]).Concat(["adjoint", "adjoint-memory", "solver", "steps", "max-steps", "batch", "hidden"]);

    /// <summary>The budget of memory, for the one method that chooses by it; else null.</summary>
    public string? Budget => AdjointCatalog.Find(Method) is AutoAdjoint ? Subject.Values.Text("adjoint-memory") : null;

    /// <summary>Says whose points may be shown together: the same for all that differ in method, solver, steps, sizes and budget only.</summary>
    public string Group => Hash([$"version={RunConfig.ProgramVersion}", $"model={Subject.Digest}", $"split={Subject.Values.TextOrNull("validation")},{Subject.Values.TextOrNull("test")}", .. _common.Select(name => $"{name}={string.Join(',', Subject.Values.List(name))}")]);

    /// <summary>Says which points are the same measurement, so that a sweep need not repeat it.</summary>
    public string Key => Hash([Group, Method, Solver, $"{Steps}", $"{Batch}", string.Join(',', Hidden), Budget ?? ""]);

    /// <summary>Says which points have the same exact gradient: all but the method count.</summary>
    public string GradientKey => Hash([Group, Solver, $"{Steps}", $"{Batch}", string.Join(',', Hidden)]);

    /// <summary>The settings of this point alone.</summary>
    public SettingValues Values => SettingValues.Merge(Subject.Values.ToLayer(), new SettingLayer("")
        .Add("adjoint", Method)
        .Add("solver", Solver)
        .Add("steps", $"{Steps}")
        .Add("max-steps", $"{Math.Max(1000, Steps)}")
        .Add("batch", $"{Batch}")
        .Add("hidden", Hidden.Count == 0 ? ["none"] : [.. Hidden.Select(width => $"{width}")]));

    /// <summary>What a file says about the point whatever became of it.</summary>
    public JsonObject ToJson() => new()
    {
        ["key"] = Key,
        ["group"] = Group,
        ["adjoint"] = Method,
        ["solver"] = Solver,
        ["steps"] = Steps,
        ["batch"] = Batch,
        ["hidden"] = new JsonArray([.. Hidden.Select(width => JsonValue.Create(width))]),
        ["budget"] = Budget,
        ["dtype"] = Subject.Values.Text("dtype"),
        ["threads"] = Subject.Values.Integer("threads"),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Method}, {Solver}, {Steps} steps of {Batch} rows";

    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];
}
