using FlowOde.Cli.Classifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Cli.Certifying;

/// <summary>Finds the models that an argument and options mean.</summary>
internal static class CertifiedModels
{
    /// <summary>Rows of a batch where nobody says: few where relu bends the loss, since each bend that float32 or a difference takes on the other side is seen.</summary>
    private const long FewRows = 64, FewBentRows = 16;

    /// <summary>The settings that only classifiers have and <c>certify</c> takes, beside the architecture.</summary>
    public static IReadOnlyList<string> OfClassifiers { get; } = ["depth", "shared", "field", "channels", "extra-channels", "k", "halvings", "stem", "norm-groups"];

    /// <summary>The models.</summary>
    /// <param name="argument">A run, or data.</param>
    /// <param name="architectures">The architectures that were asked for, or null for a flow, or whatever the run is.</param>
    /// <param name="given">The settings that were given.</param>
    /// <param name="output">Is told what was guessed.</param>
    /// <exception cref="UsageException">It means nothing, or the settings do not go with it.</exception>
    public static IReadOnlyList<CertifiedModel> Open(string argument, string[]? architectures, SettingLayer given, Output output)
    {
        var run = RunOrData.IsRun(argument) ? RunFolder.Open(argument) : null;
        if (run is not null && architectures is not null)
        {
            throw new UsageException($"--architecture cannot be given with the run '{run.Path}', which has its own model; give data in place of a run to choose it.");
        }

        bool isClassifier = architectures is not null || (run is not null && RunConfig.ReadAny(run).Classes is not null);
        if (given.Values.Keys.FirstOrDefault(isClassifier ? name => !ClassifierCatalog.Has(name) : OfClassifiers.Contains) is { } foreign)
        {
            throw new UsageException(isClassifier
                ? $"--{foreign} says nothing about a classifier; it is a setting of densities."
                : $"--{foreign} says nothing about a density; it is a setting of classifiers{(run is null ? ": give --architecture NAME with it" : "")}.");
        }

        return !isClassifier ? [OfFlow(argument, given, output)] : run is not null ? [OfRun(run, given)] : OfData(argument, ClassifierCatalog.Architectures(architectures!), given, output);
    }

    private static CertifiedModel OfFlow(string argument, SettingLayer given, Output output)
    {
        var subject = MeasurementSubject.Open(argument, given, output.Notice);
        var values = WithRows(subject.Values, given, subject.Data.TrainRows, FewRows);
        return new(subject.Name, values, () => FlowLoss.Open(subject with { Values = values }, SolveSettings.ForCertifying(values)));
    }

    private static CertifiedModel OfRun(RunFolder run, SettingLayer given)
    {
        string[] own = [.. OfClassifiers, .. SourceCatalog.All.Select(setting => setting.Name)];
        if (own.FirstOrDefault(given.Values.ContainsKey) is { } name)
        {
            throw new UsageException($"--{name} cannot be given with the run '{run.Path}', whose model and data have it already; give data in place of a run to choose it.");
        }

        var saved = RunConfig.ReadClassifier(run);
        var data = ClassifierData.Load(saved.Data, saved.Values, _ => saved.Values, _ => { });
        saved.RequireData(data.Digest, "certify data in place of the run");

        var values = SettingValues.Merge(saved.Values.ToLayer(), given);
        ClassifierSettings.RefuseIdle(SettingValues.Merge(given), values, data.Rows.Image);
        values = WithRows(values, given, data.Rows.TrainRows, FewRowsOf(values));
        ClassifierStore.Read(run).Dispose(); // refused here where there is none yet
        return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Path)), values, () => ClassifierLoss.OfRun(run, data, values)) { Architecture = KnownArchitectures.Named(values.Text("architecture")) };
    }

    private static CertifiedModel[] OfData(string argument, IReadOnlyList<Architecture> architectures, SettingLayer given, Output output)
    {
        var data = NewClassifier.Load(argument, [given], output);
        var asked = SettingValues.Merge(given);
        if (architectures.Count > 1 && ClassifierSettings.IdleForAll(asked, architectures).FirstOrDefault() is { } idle)
        {
            throw new UsageException($"--{idle} says nothing about any of the architectures {string.Join(", ", architectures.Select(one => one.Name))}.");
        }

        return [.. architectures.Select(architecture =>
        {
            var values = NewClassifier.Effective(data, [ClassifierSettings.LayerOf(asked, architecture, architectures)]);
            values = WithRows(values, given, data.Rows.TrainRows, FewRowsOf(values));
            var options = ClassifierSettings.Read(values, data.Rows.Dimension, data.Rows.Image, data.Classes.Count);
            options.Check();
            return new CertifiedModel(data.Rows.Name, values, () => ClassifierLoss.Fresh(data, values, options)) { Architecture = architecture };
        })];
    }

    private static long FewRowsOf(SettingValues values) => KnownBlocks.Named(values.Text("field")).IsSmooth ? FewRows : FewBentRows;

    private static SettingValues WithRows(SettingValues values, SettingLayer given, int? trainRows, long few)
    {
        if (given.Values.ContainsKey("batch"))
        {
            return trainRows is { } rows && values.Integer("batch") > rows
                ? throw new UsageException($"--batch {values.Integer("batch")} is more than the {rows} training rows; give {rows} or less.")
                : values;
        }

        return SettingValues.Merge(values.ToLayer(), new SettingLayer("").Add("batch", $"{Math.Min(few, trainRows ?? few)}"));
    }
}
