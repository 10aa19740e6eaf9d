using System.CommandLine;
using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Verbs;

/// <summary>One verb: its options and what it does.</summary>
internal abstract class Verb
{
    /// <summary>The command as the parser sees it.</summary>
    public abstract Command Command { get; }

    /// <summary>Command lines that help shows.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>The verbs behind this one, as in <c>data info</c>.</summary>
    public virtual IReadOnlyList<Verb> Children => [];

    /// <summary>Whether it computes, and so needs libtorch; the others start at once and run without it.</summary>
    public virtual bool NeedsTorch => true;

    /// <summary>Does it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public abstract int Run(ParseResult parsed, Output output);

    /// <summary>An option with a text value.</summary>
    protected static Option<string> Text(string name, string valueName, string help) => new(name) { HelpName = valueName, Description = help };

    /// <summary>Names separated by commas, each once, or null where the option was not given.</summary>
    /// <exception cref="UsageException">A name is blank.</exception>
    protected static string[]? Names(ParseResult parsed, Option<string> option)
    {
        string? text = parsed.GetValue(option);
        string[]? names = text?.Split(',', StringSplitOptions.TrimEntries);
        return names?.Any(name => name.Length == 0) == true ? throw new UsageException($"{option.Name}: '{text}' has a blank name; expected names separated by commas.") : names?.Distinct().ToArray();
    }

    /// <summary>An option that is there or not.</summary>
    protected static Option<bool> Flag(string name, string help) => new(name) { Description = help };
}
