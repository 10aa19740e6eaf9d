using System.Numerics;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers.Stochastic;

/// <summary>dy = f(t, y) dt + g(t, y) dW for every entry alike, in the type of the state, given as functions of numbers.</summary>
internal class EntryField(int columns, Func<double, double, double> f, Func<double, double, double> g) : IDiffusionField
{
    public bool IsAdditive { get; init; }

    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, columns) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative) => Map(time.Shared, f, state, intoDerivative);

    public void Diffusion(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDiffusion) => Map(time.Shared, g, state, intoDiffusion);

    protected static void Map(double time, Func<double, double, double> function, FlatVector state, FlatVector into)
    {
        if (state.DType == torch.ScalarType.Float32)
        {
            Map<float>(time, function, state.AsSpan<float>(0), into.AsSpan<float>(0));
        }
        else
        {
            Map<double>(time, function, state.AsSpan<double>(0), into.AsSpan<double>(0));
        }
    }

    private static void Map<T>(double time, Func<double, double, double> function, ReadOnlySpan<T> state, Span<T> into)
        where T : struct, INumber<T>
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = T.CreateTruncating(function(time, double.CreateTruncating(state[i])));
        }
    }
}

/// <summary>The same with ∂g/∂y.</summary>
internal sealed class EntryTangentField(int columns, Func<double, double, double> f, Func<double, double, double> g, Func<double, double, double> slope)
    : EntryField(columns, f, g), IDiffusionTangentField
{
    public void DiffusionTangent(EvaluationTime time, FlatVector state, FlatVector direction, FieldTape tape, FlatVector intoTangent)
    {
        Map(time.Shared, slope, state, intoTangent);
        intoTangent[0].mul_(direction[0]);
    }
}
