namespace FlowOde.Cli.TestProblems;

/// <summary>f in dy/dt = f(t, y), on plain numbers.</summary>
/// <param name="time">t.</param>
/// <param name="state">y, [dimension].</param>
/// <param name="intoDerivative">Receives dy/dt, [dimension]; every entry is to be written.</param>
internal delegate void FieldFunction(double time, ReadOnlySpan<double> state, Span<double> intoDerivative);
