using FlowOde.Flows.Networks;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

public sealed class UNetAttentionTests
{
    private const int Channels = 6, Heads = 2, PerHead = Channels / Heads, Side = 3, Pixels = Side * Side, Rows = 2;

    /// <summary>Vaswani et al. 2017, Eq. 1, one number after the other.</summary>
    [Fact]
    public void Express_OfImages_IsTheFormulaInLoops()
    {
        using var scope = NewDisposeScope();
        var plan = new UNetPlan(new() { Image = new(1, Side, Side), Channels = [Channels], Groups = 3, AttentionLevels = [0], Heads = Heads });
        var attention = (UNetAttention)plan.Middle[1];
        using var parameters = SeededDraws.Vector(plan.Parameters.Layout, 5);
        Tensor[] all = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i])];
        var images = TestFlows.Normal(Rows, Channels * Pixels).view(Rows, Channels, Side, Side);
        var found = attention.Express(images, zeros(1, 1, dtype: ScalarType.Float64), all).view(Rows, Channels, Pixels);

        Tensor Part(string name) => parameters[$"middle.0.attention.{name}"];
        var normed = nn.functional.group_norm(images, 3, Part("norm.scale"), Part("norm.shift")).view(Rows, Channels, Pixels);
        var mixed = einsum("oc,rcp->rop", Part("queries.conv.weight").view(3 * Channels, Channels), normed).Plus(Part("queries.conv.bias").view(-1, 1));
        var taken = zeros_like(normed);
        for (int r = 0; r < Rows; r++)
        {
            for (int head = 0; head < Heads; head++)
            {
                double[,] Of(int part) // the channels of a head lie together: its queries, its keys, its values
                {
                    var numbers = new double[PerHead, Pixels];
                    for (int c = 0; c < PerHead; c++)
                    {
                        for (int p = 0; p < Pixels; p++)
                        {
                            numbers[c, p] = mixed[r, (((head * 3) + part) * PerHead) + c, p].item<double>();
                        }
                    }

                    return numbers;
                }

                double[,] queries = Of(0), keys = Of(1), values = Of(2);
                for (int p = 0; p < Pixels; p++)
                {
                    double[] weights = [.. Enumerable.Range(0, Pixels).Select(q => Math.Exp(Enumerable.Range(0, PerHead).Sum(c => queries[c, p] * keys[c, q]) / Math.Sqrt(PerHead)))];
                    for (int c = 0; c < PerHead; c++)
                    {
                        taken[r, (head * PerHead) + c, p] = Enumerable.Range(0, Pixels).Sum(q => weights[q] * values[c, q]) / weights.Sum();
                    }
                }
            }
        }

        var expected = images.view(Rows, Channels, Pixels).Plus(einsum("oc,rcp->rop", Part("result.conv.weight").view(Channels, Channels), taken)).Plus(Part("result.conv.bias").view(-1, 1));
        Assert.InRange(TestFlows.Difference(expected, found), 0, 1e-12);
    }
}
