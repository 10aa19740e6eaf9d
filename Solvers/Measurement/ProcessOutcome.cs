namespace FlowOde.Solvers.Measurement;

/// <summary>What a watched process left behind.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ExitCode">Its exit code; 128 and the signal's number where a signal ended it on Unix.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="ErrorLines">The lines of its standard error that are not blank.</param>
/// <param name="LargestResident">The most resident memory seen, in bytes; peaks shorter than the time between two looks may be missed.</param>
/// <param name="Seconds">Seconds from start to end.</param>
public sealed record ProcessOutcome(ProcessEnd End, int ExitCode, string Output, IReadOnlyList<string> ErrorLines, long LargestResident, double Seconds);
