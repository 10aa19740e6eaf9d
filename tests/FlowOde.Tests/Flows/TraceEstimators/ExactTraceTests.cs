using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.TraceEstimators;

public sealed class ExactTraceTests
{
    [Fact]
    public void Read_OfALinearField_IsTheTrace()
    {
        double[,] a = LinearField.Random(4, 7);
        Assert.All(LinearField.Channels(a, new ExactTrace())[0], rate => Assert.Equal(-(a[0, 0] + a[1, 1] + a[2, 2] + a[3, 3]), rate, 1e-14));
    }

    /// <summary>tr J = Σ_h φ'(a_h) g1_h m_h with m_h = Σ_k g2_k W2[k, h] W1[h, k] for one hidden layer.</summary>
    [Fact]
    public void Read_OfOneHiddenLayer_AgreesWithTheClosedForm()
    {
        using var scope = NewDisposeScope();
        const double Time = 0.3;
        var options = new MlpOptions { Dimension = 5, Hidden = [11] };
        using var parameters = SeededDraws.Parameters(options, 8);
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), new ExactTrace());
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(6), SeededDraws.Stream(0));
        var field = dynamics.ForSolve(directions);
        using var run = new FieldRun(field, SeededDraws.Vector(field.StateLayout(6), 1), Time, SeededDraws.Vector(field.StateLayout(6), 2));
        Tensor Gate(int l) => sigmoid(parameters[$"gateSlope.{l}"].Times(Time).Plus(parameters[$"gateOffset.{l}"]));
        var (w1, w2) = (parameters["weight.0"], parameters["weight.1"]);
        var m = (Gate(1).unsqueeze(1) * w2 * w1.t()).sum([0L]);
        var a = (nn.functional.linear(run.State[0], w1, parameters["bias.0"]) * Gate(0)).Plus(parameters["shift.0"].Times(Time));
        var trace = ((-tanh(a).Power(2)).Plus(1) * Gate(0) * m).sum([1L]);
        Assert.Equal(0, trace.Plus(run.Derivative[1]).abs().max().item<double>(), 1e-14);
    }
}
