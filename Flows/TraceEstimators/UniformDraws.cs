namespace FlowOde.Flows.TraceEstimators;

/// <summary>
/// Random numbers by row: the same row gives the same numbers whatever batch it is in, and a longer draw begins with the shorter one.
/// </summary>
/// <param name="rows">The global numbers of the rows.</param>
/// <param name="count">Numbers wanted for each row.</param>
/// <param name="into">Receives numbers uniform in (0, 1), row by row, [rows · count].</param>
public delegate void UniformDraws(ReadOnlySpan<long> rows, int count, Span<double> into);
