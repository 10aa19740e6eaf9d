using System.Diagnostics;
using FlowOde.Cli;

namespace FlowOde.Tests.Cli;

/// <summary>Runs the command line, in this process or in one of its own.</summary>
internal static class FlowodeCommand
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    public static CliResult Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Program.Run(args, output, error);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts a process of its own; its output is read to the end by <see cref="Finish"/>.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FlowOde.Cli.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    public static CliResult Finish(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(_patience))
        {
            process.Kill();
            throw new TimeoutException($"The process did not end in {_patience.TotalSeconds} s: {error.Result}");
        }

        return new(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Sends a signal by name.</summary>
    public static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until a log has this many whole lines.</summary>
    public static void WaitForLog(Process process, string run, int lines)
    {
        string log = Path.Combine(run, "log.jsonl");
        var clock = Stopwatch.StartNew();
        while (!process.HasExited && clock.Elapsed < _patience && !(File.Exists(log) && Lines(log) >= lines))
        {
            Thread.Sleep(5);
        }
    }

    private static int Lines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Count(letter => letter == '\n');
    }
}
