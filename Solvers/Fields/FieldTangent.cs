using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Fields;

/// <summary>The derivative of a field along a direction, where the field has it in closed form.</summary>
internal static class FieldTangent
{
    /// <summary>Writes (∂f/∂y)v if the field has it.</summary>
    public static bool TryWrite(IVectorField field, double time, FlatVector state, FlatVector direction, FieldTape tape, FlatVector intoTangent)
    {
        if (field is not ITangentField tangents)
        {
            return false;
        }

        tangents.Tangent(time, state, direction, tape, intoTangent);
        return true;
    }
}
