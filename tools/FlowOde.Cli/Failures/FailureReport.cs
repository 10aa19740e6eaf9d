using System.Reflection;
using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Data.Tables;
using FlowOde.Flows.Storage;
using FlowOde.Flows.Training;
using FlowOde.Solvers;

namespace FlowOde.Cli.Failures;

/// <summary>Turns every exception into one message and an exit code: no input of a user ends in a stack trace.</summary>
internal static class FailureReport
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="problem">What was thrown.</param>
    /// <param name="output">Receives the message as an object where <paramref name="json"/> is set.</param>
    /// <param name="error">Receives the message.</param>
    /// <param name="json">Whether standard output is one JSON object.</param>
    /// <param name="verbose">Whether a failure nobody foresaw shows its trace.</param>
    /// <returns>The exit code.</returns>
    public static int Write(Exception problem, TextWriter output, TextWriter error, bool json, bool verbose)
    {
        problem = Unwrap(problem);
        var (code, message) = Judge(problem);
        error.WriteLine(code == ExitCode.Interrupted ? message : $"flowode: {message}");
        if (verbose && code != ExitCode.Interrupted)
        {
            error.WriteLine(problem);
        }

        if (json)
        {
            output.WriteLine(RunJson.Text(new JsonObject { ["error"] = message, ["exitCode"] = code }));
        }

        return code;
    }

    private static (int Code, string Message) Judge(Exception problem) => problem switch
    {
        OperationCanceledException => (ExitCode.Interrupted, "Interrupted."),
        UsageException or DataFormatException or CheckpointFormatException => (ExitCode.Usage, problem.Message),
        ArgumentException argument => (ExitCode.Usage, Plain(argument)),
        OdeSolveException or TrainingException => (ExitCode.Failed, problem.Message),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, problem.Message),
        OutOfMemoryException => (ExitCode.Failed, "Memory is used up. Lower --batch, --adjoint-memory or --hidden."),
        _ => (ExitCode.Failed, $"{problem.GetType().Name}: {FirstLine(problem.Message)} (--verbose shows where)"),
    };

    /// <summary>The message of an options record without what the runtime adds for programmers.</summary>
    public static string Plain(ArgumentException problem)
    {
        string text = problem.Message;
        int parameter = text.IndexOf(" (Parameter '", StringComparison.Ordinal);
        text = parameter < 0 ? text : text[..parameter];
        return problem is ArgumentOutOfRangeException { ActualValue: { } found } ? $"{text} Found {found}." : text;
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    private static Exception Unwrap(Exception problem) => problem switch
    {
        AggregateException { InnerException: { } inner } => Unwrap(inner),
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        TypeInitializationException { InnerException: { } inner } => Unwrap(inner),
        _ => problem,
    };
}
