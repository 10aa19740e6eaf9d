using System.CommandLine;
using FlowOde.Cli.Certifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Cli.Verbs;

/// <summary><c>certify</c>: proves every gradient method on the user's own model.</summary>
internal sealed class CertifyVerb : Verb
{
    private const double DefaultLimit = 1e-11;
    private const int DefaultDirections = 2;

    private readonly Argument<string> _subject = new("RUN|DATA") { Description = "the folder of a run, or data as for train" };
    private readonly Option<string> _adjoints = Text("--adjoints", "A,B", "gradient methods; all by default");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", "solvers; the model's own by default, and for methods that do not go with it one that does");
    private readonly Option<string> _limit = Text("--rtol", "X", $"the largest relative error of an exact gradient in float64; {DefaultLimit:E0} by default, ten times as much for reversible");
    private readonly Option<string> _directions = Text("--directions", "K", $"random directions of the central differences; {DefaultDirections} by default");
    private readonly Option<string> _out = Text("--out", "FILE", "writes the table as .csv or .json too");
    private readonly Option<string> _architecture = Text("--architecture", "A,B", $"certifies fresh classifiers of data in place of a density: {string.Join(", ", KnownArchitectures.All.Select(architecture => architecture.Name))}, or {ClassifierCatalog.Every}");
    private readonly SettingOptions _classifier = new(CertifiedModels.OfClassifiers);
    private readonly SettingOptions _model = new("hidden", "blocks", "layer", "activation", "base-time", "data-time", "learn-end-time", "last-layer-scale", "steps", "controller", "limiter", "min-step", "max-step", "error-norm", "max-steps", "adjoint-memory", "trace", "probes", "probe-distribution", "regularize", "batch", "seed");
    private readonly SettingOptions _data = new("columns", "drop", "label", "delimiter", "header", "missing", "validation", "test");

    /// <summary>Lays out the options.</summary>
    public CertifyVerb()
    {
        Command = new("certify", "Compares the gradient of the model's own loss by every gradient method with the direct one and with central differences.") { _subject, _adjoints, _solvers, _limit, _directions, _out, _architecture };
        _classifier.AddTo(Command);
        _model.AddTo(Command);
        _data.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode certify runs/earthquakes",
        "flowode certify moons --adjoints auto,reversible,backsolve",
        "flowode certify table.csv --solvers dopri5,bosh3 --out certificate.csv",
        "flowode certify digits --architecture all",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string? path = parsed.GetValue(_out);
        if (path is not null && Path.GetExtension(path) is not (".csv" or ".json"))
        {
            throw new UsageException($"--out {path}: unknown kind of file; expected .csv or .json.");
        }

        OutputPath.Check(path, parsed.GetRequiredValue(_subject));
        var options = new CertifyOptions
        {
            Limit = Numbers.Positive(parsed.GetValue(_limit), _limit.Name) ?? DefaultLimit,
            Directions = (int)(Numbers.Integer(parsed.GetValue(_directions), _directions.Name, 0, 1000) ?? DefaultDirections),
        };
        string[]? adjoints = Names(parsed, _adjoints), solvers = Names(parsed, _solvers);
        var models = CertifiedModels.Open(parsed.GetRequiredValue(_subject), Names(parsed, _architecture), SettingOptions.ReadAll(parsed, _classifier, _model, _data), output);
        if (new[] { _adjoints, _solvers }.FirstOrDefault(option => parsed.GetValue(option) is not null && models.All(model => model.Idle.ContainsKey(option.Name))) is { } idle)
        {
            throw new UsageException(models[0].Idle[idle.Name]);
        }

        var work = models.Select(model => (Model: model, Pairs: model.Pairs(adjoints, solvers, models.Count == 1, output.Notice))).Where(entry => entry.Pairs.Count > 0).ToArray();
        if (work.Length == 0)
        {
            throw new UsageException($"--adjoints {parsed.GetValue(_adjoints)}: goes with none of the architectures.");
        }

        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        ModelCertificates[] found = [.. work.Select(entry => Certify(entry.Model, entry.Pairs, options, output, interrupt.Token))];
        var report = CertifyReport.ToJson(found, options);
        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            CertifyReport.Write(found, options, output);
        }

        if (path is not null)
        {
            AtomicFile.WriteText(path, Path.GetExtension(path) == ".csv" ? CertifyReport.ToCsv(found) : RunJson.Text(report));
        }

        return found.All(model => model.Holds) ? ExitCode.Done : ExitCode.Failed;
    }

    private static ModelCertificates Certify(CertifiedModel model, IReadOnlyList<CertifiedPair> pairs, CertifyOptions options, Output output, CancellationToken stop)
    {
        using var loss = model.Open();
        if (loss.Warning is { } warning)
        {
            output.Notice($"Warning{(model.Architecture is { } architecture ? $", of {architecture.Name}" : "")}: {warning}");
        }

        using var certifier = new Certifier(loss, options, stop);
        var certificates = new List<Certificate>();
        foreach (var pair in pairs)
        {
            stop.ThrowIfCancellationRequested();
            output.Notice($"Certifying {pair.Method} {(pair.Method == CertifiedModel.OwnMethod ? "gradient of" : "with")} {pair.Solver}.");
            certificates.Add(certifier.Certify(pair));
        }

        return new(model, loss.Parameters.Layout.Segments.Sum(segment => segment.Length), certificates);
    }
}
