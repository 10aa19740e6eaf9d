using System.Text;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Verbs;

namespace FlowOde.Cli;

/// <summary>The command line <c>flowode</c>.</summary>
internal static class Program
{
    /// <summary>Runs a command line and reports whatever goes wrong.</summary>
    /// <param name="args">The words behind the program's name.</param>
    /// <param name="output">Standard output: results only.</param>
    /// <param name="error">Standard error: everything else.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            return new CommandTree().Run(args, output, error);
        }
#pragma warning disable CA1031 // the one place where every failure becomes a message and an exit code
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return FailureReport.Write(problem, output, error, args.Contains("--json"), args.Contains("--verbose"));
        }
        finally
        {
            output.Flush();
        }
    }

    private static int Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        return Run(args, Console.Out, Console.Error);
    }
}
