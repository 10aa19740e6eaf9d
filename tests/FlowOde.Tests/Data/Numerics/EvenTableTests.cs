using FlowOde.Data.Numerics;

namespace FlowOde.Tests.Data.Numerics;

public sealed class EvenTableTests
{
    [Fact]
    public void At_OfBothSignsAndBeyondTheTable_IsTheFunction()
    {
        var table = new EvenTable(x => Math.Log(Math.Cosh(x)), Math.Tanh, 3);
        for (var i = -500; i <= 500; i++)
        {
            var x = i * 0.0137;
            Assert.InRange(table.At(x) - Math.Log(Math.Cosh(x)), -1e-13, 1e-13);
        }
    }
}
