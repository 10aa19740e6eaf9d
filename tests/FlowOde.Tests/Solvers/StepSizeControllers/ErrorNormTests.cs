using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

public class ErrorNormTests
{
    private static readonly VectorLayout _layout = new(
        new Segment("z", 3, 2) { IsBatched = true },
        new Segment("q", 3) { IsBatched = true, Role = SegmentRole.Quadrature },
        new Segment("ignored", 3) { IsBatched = true, InNorm = false },
        new Segment("shared", 4));

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Evaluate_OnKnownErrors_IsWhatItsDefinitionSays(ScalarType dtype)
    {
        double[] z = [1, 2, 3, 4, 5, 6], q = [7, 0, 1], shared = [1, 1, 1, 2];
        using var error = Vector(dtype, z, q, [1e9, 1e9, 1e9], shared);
        using var zero = new FlatVector(_layout, dtype);
        var unit = new Tolerances(1, 1); // the states are zero, so the scale is 1
        double Norm(ErrorNorm norm) => norm.Evaluate(unit, zero, zero, [0.5, 0.5, 0], [error, error, zero]);
        double Rms(params double[] values) => Math.Sqrt(values.Average(v => v * v));

        Assert.Equal(Math.Max(Rms(z), Rms(q)), Norm(ErrorNorm.LargestSegment), 1e-6);
        Assert.Equal(Rms([.. z, .. q, .. shared]), Norm(ErrorNorm.Flat), 1e-6);
        Assert.Equal(Rms(7), Norm(ErrorNorm.LargestRow), 1e-6);
    }

    [Fact]
    public void Evaluate_WithStates_ScalesByTheLargerOne()
    {
        using var error = Vector(ScalarType.Float64, [0.3, 0, 0, 0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0, 0]);
        using var first = Vector(ScalarType.Float64, [-5, 1, 1, 1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0, 0]);
        using var second = Vector(ScalarType.Float64, [2, 1, 1, 1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0, 0]);
        double expected = 0.3 / (0.01 + (0.1 * 5)) / Math.Sqrt(2);
        Assert.Equal(expected, ErrorNorm.LargestRow.Evaluate(new(0.1, 0.01), first, second, [1], [error]), 1e-12);
    }

    [Fact]
    public void Evaluate_WithConstantSegments_IsNotDilutedByThem()
    {
        var layout = new VectorLayout(new Segment("z", 4), new Segment("c", 400) { Role = SegmentRole.Constant });
        using var error = new FlatVector(layout, ScalarType.Float64);
        using var zero = new FlatVector(layout, ScalarType.Float64);
        error["z"].Fill(2);
        Assert.Equal(2, ErrorNorm.Flat.Evaluate(new(1, 1), zero, zero, [1], [error]), 1e-14);
    }

    [Theory]
    [InlineData("segment")]
    [InlineData("flat")]
    [InlineData("row")]
    public void Evaluate_WithNaN_IsNaN(string name)
    {
        foreach (int at in new[] { 0, 5 })
        {
            double[] z = [1, 2, 3, 4, 5, 6];
            z[at] = double.NaN;
            using var error = Vector(ScalarType.Float32, z, [1, 1, 1], [0, 0, 0], [100, 0, 0, 0]);
            using var zero = new FlatVector(_layout, ScalarType.Float32);
            Assert.True(double.IsNaN(ErrorNormCatalog.Find(name)!.Evaluate(new(1, 1), zero, zero, [1], [error])));
        }
    }

    private static FlatVector Vector(ScalarType dtype, params double[][] segments)
    {
        var vector = new FlatVector(_layout, dtype);
        for (int i = 0; i < segments.Length; i++)
        {
            using var values = tensor(segments[i], dtype: dtype);
            vector[i].copy_(values.reshape(vector[i].shape));
        }

        return vector;
    }
}
