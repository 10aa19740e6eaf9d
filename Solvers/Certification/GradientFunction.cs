using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Certification;

/// <summary>The exact gradient of a loss as a function of the parameters.</summary>
/// <param name="parameters">Where the gradient is wanted, in float64. Not to be changed or kept.</param>
/// <param name="intoGradient">Holds zeros; receives the gradient, in the layout of the parameters.</param>
public delegate void GradientFunction(FlatVector parameters, FlatVector intoGradient);
