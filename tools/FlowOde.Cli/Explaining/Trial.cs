using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Explaining;

/// <summary>A scheme on a test field: solves, there and back, Jacobians, and what its gradients keep.</summary>
/// <param name="stepper">The scheme.</param>
/// <param name="field">The field. Not owned.</param>
internal sealed class Trial(IStepper stepper, TestField field)
{
    /// <summary>The state after a number of equal steps from time 0.</summary>
    public double[] End(double[] start, double span, int steps)
    {
        using var from = State([start]);
        using var solution = OdeSolver.Solve(Problem(from, span, steps));
        return field.Rows(solution.Final)[0];
    }

    /// <summary>The matrix of a number of steps on a linear field of the plane: where each unit vector goes.</summary>
    public PlaneMatrix Matrix(double step, int steps = 1)
    {
        double[] first = End([1, 0], steps * step, steps), second = End([0, 1], steps * step, steps);
        return new(first[0], second[0], first[1], second[1]);
    }

    /// <summary>The determinant of the Jacobian of a solve in the plane, by central differences.</summary>
    public double Determinant(double[] start, double span, int steps)
    {
        const double shift = 1e-5;
        double[] Column(int i)
        {
            double[] above = [.. start], below = [.. start];
            (above[i], below[i]) = (start[i] + shift, start[i] - shift);
            return [.. End(above, span, steps).Zip(End(below, span, steps), (a, b) => (a - b) / (2 * shift))];
        }

        double[] first = Column(0), second = Column(1);
        return (first[0] * second[1]) - (first[1] * second[0]);
    }

    /// <summary>How far the start is missed when the equation is solved there and back.</summary>
    public double MissedBySolvingBack(double[] start, double span, int steps)
    {
        using var end = State([End(start, span, steps)]);
        using var solution = OdeSolver.Solve(Problem(end, span, steps) with { Times = [span, 0] });
        return field.Rows(solution.Final)[0].Zip(start, (a, b) => Math.Abs(a - b)).Max();
    }

    /// <summary>How far the start is missed when the steps of a solve are undone one by one.</summary>
    public double MissedStart(double[] start, double span, int steps)
    {
        var reversible = (IReversibleStepper)stepper;
        using var from = State([start]);
        using var memory = field.CreateWorkspace(WorkspaceSpec.For(from));
        var tape = memory.RentTape();
        using var step = stepper.CreateWorkspace(from.Layout, from.DType, from.Device);
        using var reversal = reversible.CreateReversal(from.Layout, from.DType, from.Device);
        step.Begin(new PlainSystem(field, tape), 0, from);
        double At(int n) => span * n / steps;
        for (int n = 0; n < steps; n++)
        {
            step.Try(At(n + 1));
            step.Accept(n == steps - 1);
        }

        FlatVector[] vectors = [.. step.Carried.ToArray().Select(vector => vector.Clone())];
        for (int n = steps - 1; n >= 0; n--)
        {
            reversal.StepBack(field, tape, At(n), At(n + 1), vectors);
        }

        double missed = field.Rows(vectors[0])[0].Zip(start, (a, b) => Math.Abs(a - b)).Max();
        Array.ForEach(vectors, vector => vector.Dispose());
        memory.ReturnTape(tape);
        return missed;
    }

    /// <summary>The most bytes that a gradient over a number of steps keeps.</summary>
    public long Kept(IAdjoint adjoint, double span, int steps)
    {
        var budget = new TapeBudget(long.MaxValue);
        using var from = State([TestFields.Start]);
        using var record = adjoint.Record(Problem(from, span, steps), budget);
        using FlatVector cotangent = record.Final.CreateLike(), start = from.CreateLike(), gradient = field.Parameters.CreateLike();
        using TorchSharp.Scalar one = 1.0;
        cotangent[0].fill_(one);
        record.Pullback([cotangent], start, gradient);
        return budget.Peak;
    }

    private FlatVector State(double[][] rows)
    {
        var state = new FlatVector(field.StateLayout(rows.Length), ScalarType.Float64);
        field.Write(rows, state);
        return state;
    }

    private OdeProblem Problem(FlatVector start, double span, int steps) =>
        new() { Field = field, Stepper = stepper, Controller = new ConstantStep(steps), Start = start, Times = [0, span], Pool = new() };

    private sealed class PlainSystem(TestField field, FieldTape tape) : IStageSystem
    {
        public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) => field.Evaluate(point.Time, state, tape, intoDerivative);

        public void Accepted(in AcceptedStep step)
        {
        }

        public void Rejected()
        {
        }
    }
}
