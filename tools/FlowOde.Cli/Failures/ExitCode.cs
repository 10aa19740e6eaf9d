namespace FlowOde.Cli.Failures;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The run failed; what there was is saved.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or bad input; nothing was written.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by a signal; what there was is saved.</summary>
    public const int Interrupted = 130;
}
