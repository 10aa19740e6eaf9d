using System.CommandLine;
using FlowOde.Cli.Explaining;
using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Verbs;

/// <summary><c>explain</c>: network architectures as numerical schemes, each verified live.</summary>
internal sealed class ExplainVerb : Verb
{
    private static readonly string _defaultFolder = Path.Combine("runs", "explain");

    private readonly Option<string> _out = Text("--out", "DIR", $"where the two pictures go; {_defaultFolder} by default");

    /// <summary>Lays out the options.</summary>
    public ExplainVerb() => Command = new("explain", "Shows network architectures as numerical schemes: order, stability, inverse and memory, each measured on the spot.") { _out };

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode explain", "flowode explain --out pictures --json"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string folder = parsed.GetValue(_out) ?? _defaultFolder;
        return File.Exists(folder)
            ? throw new UsageException($"--out {folder}: that is a file; give a folder.")
            : Explain(Architectures.All, folder, output);
    }

    /// <summary>Verifies rows and reports them.</summary>
    /// <param name="architectures">The rows.</param>
    /// <param name="folder">Where the pictures go.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code: 1 where a row does not hold.</returns>
    internal static int Explain(IReadOnlyList<Architecture> architectures, string folder, Output output)
    {
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        var rows = new List<ExplainedRow>();
        foreach (var architecture in architectures)
        {
            interrupt.Token.ThrowIfCancellationRequested();
            output.Notice($"Verifying {architecture.Name} with {architecture.Stepper.Name}.");
            rows.Add(SchemeVerifier.Verify(architecture));
        }

        var pictures = ExplainPictures.Write(rows, folder);
        if (output.Json)
        {
            output.WriteJson(ExplainReport.ToJson(rows, pictures));
        }
        else
        {
            ExplainReport.Write(rows, output);
            output.Out.WriteLine($"Pictures: {string.Join(", ", pictures)}");
        }

        return rows.All(row => row.Holds) ? ExitCode.Done : ExitCode.Failed;
    }
}
