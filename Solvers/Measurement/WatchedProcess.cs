using System.Diagnostics;

namespace FlowOde.Solvers.Measurement;

/// <summary>A process that is started, watched, and ended where it takes more than it may.</summary>
public sealed record WatchedProcess
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Ctrl-C reaches the whole group of processes; the child may end by it a moment before this process learns of it.</summary>
    private static readonly TimeSpan _interruptArrives = TimeSpan.FromMilliseconds(300);

    /// <summary>The program.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables besides this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A line for its standard input, which stays open afterwards: a child that reads on learns by its end that this process is gone.</summary>
    public string Input { get; init; } = "";

    /// <summary>The most resident memory it may have, in bytes.</summary>
    /// <value>Unlimited by default.</value>
    public long MemoryLimit { get; init; } = long.MaxValue;

    /// <summary>The most time it may take.</summary>
    /// <value>Unlimited by default.</value>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.MaxValue;

    /// <summary>Starts it and waits for its end. Whatever happens, it does not outlive this call.</summary>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public ProcessOutcome Run(CancellationToken stop = default)
    {
        stop.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(FileName, Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{FileName}' cannot be started.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            Send(process);
            var (end, largest) = Watch(process, clock, stop);
            process.WaitForExit();
            if (end == ProcessEnd.Exited && process.ExitCode != 0)
            {
                stop.WaitHandle.WaitOne(_interruptArrives);
                stop.ThrowIfCancellationRequested();
            }

            string[] lines = [.. error.Result.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
            return new(end, process.ExitCode, output.Result, lines, largest, clock.Elapsed.TotalSeconds);
        }
        finally
        {
            Kill(process);
        }
    }

    private void Send(Process process)
    {
        try
        {
            process.StandardInput.WriteLine(Input);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code and its last words tell why.
        }
    }

    private (ProcessEnd End, long Largest) Watch(Process process, Stopwatch clock, CancellationToken stop)
    {
        long largest = 0;
        while (!process.WaitForExit(_lookEvery))
        {
            largest = Math.Max(largest, ResidentMemory.Of(process));
            stop.ThrowIfCancellationRequested();
            if (largest > MemoryLimit || clock.Elapsed > TimeLimit)
            {
                Kill(process);
                return (largest > MemoryLimit ? ProcessEnd.OverMemory : ProcessEnd.OverTime, largest);
            }
        }

        return (ProcessEnd.Exited, largest);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
