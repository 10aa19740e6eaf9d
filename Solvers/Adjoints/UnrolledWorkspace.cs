using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The workspace of a Runge–Kutta solve whose system writes the stages as torch operations. Its own vectors are detached copies, on
/// which step sizes and errors are found as in any solve.
/// </summary>
internal sealed class UnrolledWorkspace(UnrolledSystem system, ExplicitRungeKutta method, VectorLayout layout, ScalarType dtype, Device device)
    : RungeKuttaWorkspace(method, layout, dtype, device)
{
    public override void Try(double nextTime)
    {
        system.NextTime = nextTime;
        base.Try(nextTime);
    }
}
