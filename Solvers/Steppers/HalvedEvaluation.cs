using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>Evaluates no more of a field than a method reads, where the field can do with half of its work.</summary>
internal static class HalvedEvaluation
{
    /// <summary>Evaluates one half where one is enough and the field can, else the whole field.</summary>
    public static void Evaluate(IVectorField field, int? half, double time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        if (half is { } one && field is IHalvedField halves)
        {
            halves.EvaluateHalf(one, time, state, tape, intoDerivative);
        }
        else
        {
            field.Evaluate(time, state, tape, intoDerivative);
        }
    }
}
