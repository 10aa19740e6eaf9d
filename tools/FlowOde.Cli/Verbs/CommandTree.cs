using System.CommandLine;
using System.CommandLine.Help;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;

namespace FlowOde.Cli.Verbs;

/// <summary>All verbs, and how a command line finds its own.</summary>
internal sealed class CommandTree
{
    private readonly Verb[] _top = [new TrainVerb(), new SampleVerb(), new ScoreVerb(), new RenderVerb(), new QualityVerb(), new ClassifyVerb(), new CertifyVerb(), new ExplainVerb(), new MemoryVerb(), new BenchVerb(), new DataVerb(), new SolversVerb(), new MeasureVerb()];
    private readonly Option<bool> _json = new("--json") { Recursive = true, Description = "standard output is exactly one JSON object" };
    private readonly Option<bool> _quiet = new("--quiet") { Recursive = true, Description = "says results and failures only" };
    private readonly Option<bool> _verbose = new("--verbose") { Recursive = true, Description = "says more; failures nobody foresaw with their trace" };
    private readonly RootCommand _root = new("Fits probability densities to data with continuous normalizing flows, samples from them and scores with them.");

    /// <summary>Builds the tree.</summary>
    public CommandTree()
    {
        foreach (var option in new[] { _json, _quiet, _verbose })
        {
            _root.Add(option);
        }

        foreach (var verb in _top)
        {
            _root.Add(verb.Command);
            foreach (var child in verb.Children)
            {
                verb.Command.Add(child.Command);
                verb.Command.SetAction(_ => ExitCode.Done); // without one the parser demands a child; Run below does the work
            }
        }
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The words behind the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public int Run(string[] args, TextWriter output, TextWriter error)
    {
        var command = CommandOf(args);
        RefuseUnknownOptions(args, command);
        var parsed = _root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var verb = _top.SelectMany(top => top.Children.Prepend(top)).FirstOrDefault(candidate => candidate.Command == parsed.CommandResult.Command);
        if (parsed.Action is HelpAction || args.Length == 0)
        {
            return Help(args.Length == 0 ? _root.Parse(["--help"]) : parsed, verb, output);
        }

        if (parsed.Errors.Count > 0)
        {
            throw new UsageException($"{string.Join(" ", parsed.Errors.Select(problem => problem.Message.TrimEnd('.') + ".").Distinct())} See `flowode {(verb is null ? "" : verb.Command.Name + " ")}--help`.");
        }

        if (verb is null)
        {
            return parsed.Invoke(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }

        if (verb.NeedsTorch)
        {
            TorchStart.Load();
        }

        return verb.Run(parsed, new(output, error, parsed.GetValue(_json), parsed.GetValue(_quiet), parsed.GetValue(_verbose)));
    }

    private IEnumerable<string> VerbNames => _root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name);

    private static int Help(ParseResult parsed, Verb? verb, TextWriter output)
    {
        using var text = new StringWriter();
        parsed.Invoke(new() { Output = text });
        output.Write(text.ToString().Replace(RootCommand.ExecutableName, "flowode", StringComparison.Ordinal));
        IEnumerable<string> examples = verb?.Examples ?? ["flowode train earthquakes", "flowode sample runs/earthquakes --out samples.csv", "flowode VERB --help"];
        output.WriteLine("Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }

        return ExitCode.Done;
    }

    /// <summary>The command that the words name, or the root.</summary>
    private Command CommandOf(string[] args)
    {
        string[] words = [.. args.Where(word => !word.StartsWith('-'))];
        if (words.Length == 0)
        {
            return _root;
        }

        var verb = _root.Subcommands.FirstOrDefault(command => command.Name == words[0])
            ?? throw new UsageException($"There is no verb '{words[0]}'.{Suggestion.For(words[0], VerbNames)} The verbs are: {string.Join(", ", VerbNames)}.");
        return words.Length > 1 && verb.Subcommands.FirstOrDefault(command => command.Name == words[1]) is { } sub ? sub : verb;
    }

    /// <summary>Says which option was meant; the parser would take an unknown one for data.</summary>
    private void RefuseUnknownOptions(string[] args, Command command)
    {
        var known = command.Options.Concat(_root.Options).SelectMany(option => option.Aliases.Append(option.Name).Select(name => (Name: name, TakesValue: option.ValueType != typeof(bool) && option is not HelpOption and not VersionOption))).ToList();
        known.AddRange([("--help", false), ("-h", false), ("-?", false), ("--version", false)]);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--")
            {
                return;
            }

            if (args[i].Length < 2 || args[i][0] != '-')
            {
                continue;
            }

            string name = args[i].Split('=', 2)[0];
            var option = known.FirstOrDefault(entry => entry.Name == name);
            if (option.Name is null)
            {
                string where = command == _root ? "flowode" : $"'{command.Name}'";
                throw new UsageException($"{where} has no option '{name}'.{Suggestion.For(name, known.Select(entry => entry.Name).Where(entry => entry.Length > 2))} See `flowode {(command == _root ? "" : command.Name + " ")}--help`.");
            }

            if (option.TakesValue && !args[i].Contains('=', StringComparison.Ordinal))
            {
                i++;
                if (i == args.Length || known.Any(entry => entry.Name == args[i]))
                {
                    throw new UsageException($"{name} needs a value. See `flowode {(command == _root ? "" : command.Name + " ")}--help`.");
                }
            }
        }
    }
}
