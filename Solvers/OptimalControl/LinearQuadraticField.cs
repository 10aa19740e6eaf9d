using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>ẋ = Ax + Bu with the running cost ½(xᵀQx + uᵀRu) of each row as a quadrature; u, [m], is the parameter. Float64.</summary>
public sealed class LinearQuadraticField : IAutogradField
{
    private readonly LinearQuadraticProblem _problem;

    internal LinearQuadraticField(LinearQuadraticProblem problem)
    {
        _problem = problem;
        Parameters = new(new VectorLayout(new Segment("u", problem.B.Columns)), ScalarType.Float64);
    }

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public object WorkspaceKey => this;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows) => new(
        new Segment("x", rows, _problem.A.Rows) { IsBatched = true },
        new Segment("cost", rows) { IsBatched = true, Role = SegmentRole.Quadrature });

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace();

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoDerivative);
        var kept = (Tape)tape;
        kept.Control = SmallMatrix.Column(Parameters.AsSpan<double>(0));
        kept.States = [.. Enumerable.Range(0, (int)state.Layout.Rows).Select(row => Row(state, row, _problem.A.Rows))];
        for (int row = 0; row < kept.States.Length; row++)
        {
            var (x, u) = (kept.States[row], kept.Control);
            SetRow((_problem.A * x) + (_problem.B * u), row, intoDerivative);
            intoDerivative.AsSpan<double>(1)[row] = ((x.Transposed * _problem.Q * x) + (u.Transposed * _problem.R * u))[0, 0] / 2;
        }
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoState);
        var kept = (Tape)tape;
        kept.Cotangents = [.. kept.States.Select((_, row) => (Row(cotangent, row, _problem.A.Rows), cotangent.AsSpan<double>(1)[row]))];
        for (int row = 0; row < kept.States.Length; row++)
        {
            var (byX, byCost) = kept.Cotangents[row];
            SetRow((_problem.A.Transposed * byX) + (byCost * (_problem.Q * kept.States[row])), row, intoState);
        }

        if (weight != 0)
        {
            AccumulateParameters(tape, weight, intoGradient);
        }

        intoTime?.zero_().Dispose(); // nothing depends on time; zero_ returns a handle of its own
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(intoGradient);
        var kept = (Tape)tape;
        foreach (var (byX, byCost) in kept.Cotangents)
        {
            var byU = (_problem.B.Transposed * byX) + (byCost * (_problem.R * kept.Control));
            for (int i = 0; i < byU.Rows; i++)
            {
                intoGradient.AsSpan<double>(0)[i] += weight * byU[i, 0];
            }
        }
    }

    /// <inheritdoc/>
    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    /// <inheritdoc/>
    public Tensor?[] Express(Tensor time, IReadOnlyList<Tensor> state, ParameterLeaves leaves)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(leaves);
        using var scope = NewDisposeScope();
        Tensor Of(SmallMatrix matrix) => tensor(Enumerable.Range(0, matrix.Rows * matrix.Columns).Select(i => matrix[i / matrix.Columns, i % matrix.Columns]).ToArray()).reshape(matrix.Rows, matrix.Columns);
        using Scalar half = 0.5, one = 1.0;
        Tensor x = state[0], u = leaves.Tensors[0].unsqueeze(0);
        var derivative = x.mm(Of(_problem.A).t()).add(u.mm(Of(_problem.B).t()), one);
        var cost = (x.mm(Of(_problem.Q)) * x).sum([1L]).add((u.mm(Of(_problem.R)) * u).sum([1L]), one) * half;
        return [derivative.MoveToOuterDisposeScope(), cost.MoveToOuterDisposeScope()];
    }

    /// <summary>A row of the state as a column.</summary>
    internal static SmallMatrix Row(FlatVector vector, int row, int columns) => SmallMatrix.Column(vector.AsSpan<double>(0).Slice(row * columns, columns));

    /// <summary>Writes a row of the state.</summary>
    internal static void SetRow(SmallMatrix column, int row, FlatVector into)
    {
        for (int i = 0; i < column.Rows; i++)
        {
            into.AsSpan<double>(0)[(row * column.Rows) + i] = column[i, 0];
        }
    }

    private sealed class Workspace : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new Tape();

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class Tape : FieldTape
    {
        public SmallMatrix[] States { get; set; } = [];

        public SmallMatrix Control { get; set; } = SmallMatrix.One(0);

        public (SmallMatrix ByX, double ByCost)[] Cotangents { get; set; } = [];

        public override long Bytes => sizeof(double) * States.Sum(state => (long)state.Rows);

        public override void Dispose()
        {
        }
    }
}
