using System.CommandLine;
using FlowOde.Cli.Certifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Verbs;

/// <summary><c>certify</c>: proves every gradient method on the user's own model.</summary>
internal sealed class CertifyVerb : Verb
{
    private const int DefaultRows = 64;
    private const double DefaultLimit = 1e-11;
    private const int DefaultDirections = 2;

    private readonly Argument<string> _subject = new("RUN|DATA") { Description = "the folder of a run, or data as for train" };
    private readonly Option<string> _adjoints = Text("--adjoints", "A,B", "gradient methods; all by default");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", "solvers; the model's own by default, and for methods that do not go with it one that does");
    private readonly Option<string> _limit = Text("--rtol", "X", $"the largest relative error of an exact gradient in float64; {DefaultLimit:E0} by default, ten times as much for reversible");
    private readonly Option<string> _directions = Text("--directions", "K", $"random directions of the central differences; {DefaultDirections} by default");
    private readonly Option<string> _out = Text("--out", "FILE", "writes the table as .csv or .json too");
    private readonly SettingOptions _model = new("hidden", "blocks", "layer", "activation", "base-time", "data-time", "learn-end-time", "last-layer-scale", "steps", "controller", "error-norm", "max-steps", "adjoint-memory", "trace", "probes", "probe-distribution", "regularize", "batch", "seed");
    private readonly SettingOptions _data = new("columns", "drop", "label", "delimiter", "header", "missing", "validation", "test");

    /// <summary>Lays out the options.</summary>
    public CertifyVerb()
    {
        Command = new("certify", "Compares the gradient of the model's own loss by every gradient method with the direct one and with central differences.") { _subject, _adjoints, _solvers, _limit, _directions, _out };
        _model.AddTo(Command);
        _data.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["flowode certify runs/earthquakes", "flowode certify moons --adjoints auto,reversible,backsolve", "flowode certify table.csv --solvers dopri5,bosh3 --out certificate.csv"];

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
        var subject = Subject(parsed, output);
        var settings = SolveSettings.ForCertifying(subject.Values);
        var pairs = Pairs(Names(parsed, _adjoints), Names(parsed, _solvers), settings.Stepper.Name, subject.Values.Text("adjoint"), output);
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loss = new ModelLoss(subject);
        using var certifier = new Certifier(loss, settings, options);
        var certificates = new List<Certificate>();
        foreach (var (adjoint, stepper) in pairs)
        {
            interrupt.Token.ThrowIfCancellationRequested();
            output.Notice($"Certifying {adjoint.Name} with {stepper.Name}.");
            certificates.Add(certifier.Certify(adjoint, stepper));
        }

        var report = CertifyReport.ToJson(subject.Name, (int)subject.Values.Integer("batch"), options, certifier.SingleLimit, certificates);
        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            CertifyReport.Write(certificates, certifier.SingleLimit, output);
        }

        if (path is not null)
        {
            AtomicFile.WriteText(path, Path.GetExtension(path) == ".csv" ? CertifyReport.ToCsv(certificates) : RunJson.Text(report));
        }

        return certificates.All(certificate => certificate.Failure is null) ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Gradient methods with the solvers that they are tried with.</summary>
    /// <param name="adjoints">What was asked for, or null for all.</param>
    /// <param name="solvers">What was asked for, or null for the model's own.</param>
    /// <param name="own">The model's own solver.</param>
    /// <param name="ownAdjoint">The model's own gradient method, which may have a number of its own.</param>
    /// <param name="output">Is told where a method takes another solver.</param>
    private static List<(IAdjoint Adjoint, IStepper Stepper)> Pairs(string[]? adjoints, string[]? solvers, string own, string ownAdjoint, Output output)
    {
        var pairs = new List<(IAdjoint, IStepper)>();
        foreach (string solver in solvers ?? [own])
        {
            var stepper = SolveSettings.SolverNamed(solver, "--solvers");
            foreach (string text in adjoints ?? [.. AdjointSettings.Names.Append(ownAdjoint).Distinct()])
            {
                if (AdjointSettings.Problem(text) is { } problem)
                {
                    throw new UsageException($"--adjoints: {problem}");
                }

                var adjoint = AdjointCatalog.Find(text)!;
                var chosen = stepper;
                if (!adjoint.Supports(stepper, out string reason))
                {
                    if (adjoints is not null && solvers is not null)
                    {
                        throw new UsageException($"--adjoints {text} does not work with --solvers {solver}: {reason}");
                    }

                    chosen = AdjointSettings.SolverFor(adjoint, stepper);
                    output.Notice($"{text} does not go with {solver}: tried with {chosen.Name}.");
                }

                pairs.Add((adjoint, chosen));
            }
        }

        return [.. pairs.Distinct()];
    }

    private MeasurementSubject Subject(ParseResult parsed, Output output)
    {
        var given = new SettingLayer("");
        foreach (var (name, values) in new[] { _model, _data }.SelectMany(part => part.Read(parsed).Values))
        {
            given.Add(name, values.Count == 0 ? ["none"] : values);
        }

        var subject = MeasurementSubject.Open(parsed.GetRequiredValue(_subject), given, output.Notice);
        if (given.Values.ContainsKey("batch"))
        {
            return subject.Data.TrainRows is { } rows && subject.Values.Integer("batch") > rows
                ? throw new UsageException($"--batch {subject.Values.Integer("batch")} is more than the {rows} training rows; give {rows} or less.")
                : subject;
        }

        long few = Math.Min(DefaultRows, subject.Data.TrainRows ?? DefaultRows);
        return subject with { Values = SettingValues.Merge(subject.Values.ToLayer(), new SettingLayer("").Add("batch", $"{few}")) };
    }

    private static string[]? Names(ParseResult parsed, Option<string> option)
    {
        string[]? names = parsed.GetValue(option)?.Split(',', StringSplitOptions.TrimEntries);
        return names?.Any(name => name.Length == 0) == true ? throw new UsageException($"{option.Name}: '{parsed.GetValue(option)}' has a blank name; expected names separated by commas.") : names?.Distinct().ToArray();
    }
}
