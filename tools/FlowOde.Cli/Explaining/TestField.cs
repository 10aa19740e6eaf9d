using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Explaining;

/// <summary>A small field in float64, given with its Jacobian; its state is one segment, or two halves.</summary>
/// <param name="dimension">Columns of the state.</param>
/// <param name="isSplit">Whether the state comes as two segments of half the columns each.</param>
/// <param name="f">Writes f(row, t, y): the row's number lets each row have an equation of its own.</param>
/// <param name="jacobian">∂f/∂y at (row, t, y), [dimension, dimension].</param>
internal sealed class TestField(int dimension, bool isSplit, Action<int, double, double[], double[]> f, Func<int, double, double[], double[,]> jacobian) : IDifferentiableField, IDisposable
{
    /// <summary>Columns of the state.</summary>
    public int Dimension => dimension;

    /// <summary>Writes f(row, t, y).</summary>
    public Action<int, double, double[], double[]> Function => f;

    /// <summary>One parameter that nothing depends on: a gradient has something to be the gradient of.</summary>
    public FlatVector Parameters { get; } = new(new VectorLayout(new Segment("unused", 1)), ScalarType.Float64);

    /// <inheritdoc/>
    public object WorkspaceKey => this;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows) => isSplit
        ? new(new Segment("x1", rows, dimension / 2) { IsBatched = true }, new Segment("x2", rows, dimension / 2) { IsBatched = true })
        : new(new Segment("x", rows, dimension) { IsBatched = true });

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace(spec.Rows * dimension);

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var kept = (Tape)tape;
        (kept.Time, kept.State) = (time.Shared, Rows(state));
        var derivatives = kept.State.Select(row => new double[row.Length]).ToArray();
        for (int row = 0; row < derivatives.Length; row++)
        {
            Function(row, kept.Time, kept.State[row], derivatives[row]);
        }

        Write(derivatives, intoDerivative);
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        var kept = (Tape)tape;
        var cotangents = Rows(cotangent);
        Write([.. cotangents.Select((c, row) =>
        {
            double[,] j = jacobian(row, kept.Time, kept.State[row]);
            return Enumerable.Range(0, dimension).Select(column => Enumerable.Range(0, dimension).Sum(i => c[i] * j[i, column])).ToArray();
        })], intoState);
        intoTime?.zero_(); // nobody asks here
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
    }

    /// <summary>The rows of a state, the halves behind each other.</summary>
    public double[][] Rows(FlatVector state)
    {
        int width = isSplit ? dimension / 2 : dimension;
        long rows = state.Layout.Rows;
        return [.. Enumerable.Range(0, (int)rows).Select(row => state.Layout.Segments.SelectMany((_, segment) => state.AsSpan<double>(segment).Slice(row * width, width).ToArray()).ToArray())];
    }

    /// <summary>Writes rows into a state.</summary>
    public void Write(double[][] rows, FlatVector into)
    {
        int width = isSplit ? dimension / 2 : dimension;
        for (int row = 0; row < rows.Length; row++)
        {
            for (int segment = 0; segment < into.Layout.Segments.Count; segment++)
            {
                rows[row].AsSpan(segment * width, width).CopyTo(into.AsSpan<double>(segment)[(row * width)..]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private sealed class Workspace(long entries) : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new Tape(entries);

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class Tape(long entries) : FieldTape
    {
        public double Time { get; set; }

        public double[][] State { get; set; } = [];

        public override long Bytes => sizeof(double) * entries;

        public override void Dispose()
        {
        }
    }
}
