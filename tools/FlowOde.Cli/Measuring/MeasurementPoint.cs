using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
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
/// <param name="Hidden">Widths of the hidden layers; of a classifier the channels of its state.</param>
internal sealed record MeasurementPoint(MeasurementSubject Subject, string Method, string Solver, int Steps, int Batch, IReadOnlyList<int> Hidden)
{
    /// <summary>The budget of memory, for the one method that chooses by it; else null.</summary>
    public string? Budget => AdjointCatalog.Find(Method) is AutoAdjoint ? Subject.Values.Text("adjoint-memory") : null;

    /// <summary>Says whose points may be shown together: the same for all that differ in method, solver, steps, sizes and budget only.</summary>
    public string Group => Hash([$"version={RunConfig.ProgramVersion}", $"model={Subject.Digest}", $"split={Subject.Values.TextOrNull("validation")},{Subject.Values.TextOrNull("test")}", .. Said(Subject.Kind.Common)]);

    /// <summary>Says which points are the same measurement, so that a sweep need not repeat it.</summary>
    public string Key => Hash([Group, Method, Solver, $"{Steps}", $"{Batch}", string.Join(',', Hidden), Budget ?? "", .. Said(Subject.Kind.Own)]);

    /// <summary>Says which points have the same exact gradient: all but the method count.</summary>
    public string GradientKey => Hash([Group, Solver, $"{Steps}", $"{Batch}", string.Join(',', Hidden), .. Said(Subject.Kind.Own)]);

    /// <summary>The settings of this point alone.</summary>
    public SettingValues Values => SettingValues.Merge(Subject.Values.ToLayer(), Subject.Kind.Settings(this)
        .Add("batch", $"{Batch}")
        .Add(Subject.Kind.Width, Hidden.Count == 0 ? ["none"] : [.. Hidden.Select(width => $"{width}")]));

    /// <summary>What a file says about the point whatever became of it.</summary>
    public JsonObject ToJson() => new()
    {
        ["key"] = Key,
        ["group"] = Group,
        ["network"] = Subject.Network,
        ["architecture"] = Subject.Values.TextOrNull("architecture"),
        ["shared"] = Subject.Values.Has("shared") ? Subject.Values.Flag("shared") : null,
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
    public override string ToString() => $"{(Subject.Network is { } network ? $"{network}, " : "")}{(Subject.Kind.ChoosesMethod ? $"{Method}, {Solver}, " : "")}{Quantity.Of(Steps, "step")} of {Quantity.Of(Batch, "row")}";

    private IEnumerable<string> Said(IEnumerable<string> names) => names.Select(name => $"{name}={string.Join(',', Subject.Values.List(name))}");

    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];
}
