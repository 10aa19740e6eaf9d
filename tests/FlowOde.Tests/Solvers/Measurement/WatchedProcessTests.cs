using System.Diagnostics;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>Whatever a child does, it is told apart and outlives nothing.</summary>
public class WatchedProcessTests
{
    [Fact]
    public void Run_OfAProcessThatEnds_BringsBackWhatItSaid()
    {
        var outcome = (Shell("read line; echo \"$line, $FLOWODE_WORD\"; echo first >&2; echo last >&2; exit 3") with
        {
            Input = "hello",
            Environment = new Dictionary<string, string> { ["FLOWODE_WORD"] = "world" },
        }).Run();
        Assert.Equal((ProcessEnd.Exited, 3, "hello, world\n"), (outcome.End, outcome.ExitCode, outcome.Output));
        Assert.Equal(["first", "last"], outcome.ErrorLines);
    }

    [Fact]
    public void Run_OfAProcessThatTakesTooMuch_EndsItAndSaysWhatItHad()
    {
        const long limit = 100 << 20;
        var outcome = new WatchedProcess { FileName = "dd", Arguments = ["if=/dev/zero", "of=/dev/null", "bs=400M", "count=100000"], MemoryLimit = limit, TimeLimit = TimeSpan.FromSeconds(60) }.Run();
        Assert.Equal(ProcessEnd.OverMemory, outcome.End);
        Assert.InRange(outcome.LargestResident, limit, 40 * limit);
        Assert.InRange(outcome.Seconds, 0, 40);
    }

    [Fact]
    public void Run_OfAProcessThatTakesTooLong_EndsItAndItsChildren()
    {
        string mark = $"{3000 + (Environment.ProcessId % 1000)}";
        var outcome = (Shell($"sleep {mark}; true") with { TimeLimit = TimeSpan.FromMilliseconds(300) }).Run();
        Assert.Equal(ProcessEnd.OverTime, outcome.End);
        Assert.InRange(outcome.Seconds, 0.3, 30);
        Assert.DoesNotContain(Process.GetProcessesByName("sleep"), process => File.Exists($"/proc/{process.Id}/cmdline") && File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(mark, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_OfAProcessThatOthersKill_SaysTheSignal()
    {
        var outcome = Shell("echo last words >&2; kill -9 $$").Run();
        Assert.Equal((ProcessEnd.Exited, 137), (outcome.End, outcome.ExitCode));
        Assert.Equal(["last words"], outcome.ErrorLines);
    }

    [Fact]
    public void Run_ThatIsStopped_EndsTheProcess()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var clock = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => Shell("sleep 100").Run(stop.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 50);
    }

    [Fact]
    public void Run_OfAProcessThatClosesItsInputAtOnce_IsNoFailure() => Assert.Equal(0, (Shell("exec <&-; exit 0") with { Input = new string('x', 1 << 20) }).Run().ExitCode);

    private static WatchedProcess Shell(string script) => new() { FileName = "sh", Arguments = ["-c", script] };
}
