using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Vectors;

public class VectorLayoutTests
{
    private static readonly VectorLayout _layout = new(
        new Segment("z", 5, 3) { IsBatched = true },
        new Segment("condition", 5, 2) { IsBatched = true, Role = SegmentRole.Constant },
        new Segment("density", 5) { IsBatched = true, Role = SegmentRole.Quadrature, InNorm = false });

    [Fact]
    public void Constructor_PlacesSegmentsAligned()
    {
        Assert.Equal([0L, 16, 32], _layout.Segments.Select(s => s.Offset));
        Assert.Equal(48, _layout.Length);
        Assert.Equal(5, _layout.Rows);
        Assert.Equal([new VectorRange(0, 15)], _layout.EvolvingRanges);
        Assert.Equal([new VectorRange(0, 26)], _layout.StateRanges); // joined over the padding between them
        Assert.Equal([new VectorRange(0, 15), new VectorRange(32, 5)], _layout.DerivativeRanges);
    }

    [Fact]
    public void Adjoint_SwapsConstantAndQuadrature_AndTwiceIsTheSame()
    {
        Assert.Equal([SegmentRole.Evolving, SegmentRole.Quadrature, SegmentRole.Constant], _layout.Adjoint().Segments.Select(s => s.Role));
        Assert.Equal(_layout, _layout.Adjoint().Adjoint());
        Assert.NotEqual(_layout, _layout.Adjoint());
    }

    [Fact]
    public void Concatenate_PutsPartsWhereTheLengthsBeforeEnd()
    {
        var twice = VectorLayout.Concatenate(("a.", _layout), ("b.", _layout));
        Assert.Equal(_layout.Length, twice.Segments[twice.IndexOf("b.z")].Offset);
        Assert.Contains("a.z", Assert.Throws<ArgumentException>(() => twice.IndexOf("z")).Message);
    }

    [Fact]
    public void Constructor_WithEqualNamesOrUnequalBatches_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new VectorLayout(new Segment("a", 1), new Segment("a", 1)));
        Assert.Throws<ArgumentException>(() => new VectorLayout(new Segment("a", 1) { IsBatched = true }, new Segment("b", 2) { IsBatched = true }));
        Assert.Throws<ArgumentException>(() => new Segment("a", -1));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void FlatVector_ViewsSlicesAndSpans_ShareOneMemory(ScalarType dtype)
    {
        using var vector = new FlatVector(VectorLayout.Concatenate(("a.", _layout), ("b.", _layout)), dtype);
        var slice = vector.Slice(_layout, _layout.Length);
        Assert.Same(slice, vector.Slice(_layout, _layout.Length));
        slice["density"].Fill(3);
        Assert.Equal(15, vector["b.density"].sum().to(ScalarType.Float64).item<double>());
        Assert.Equal(0, vector["a.density"].sum().to(ScalarType.Float64).item<double>());
        double seen = dtype == ScalarType.Float32 ? vector.AsSpan<float>(5)[0] : vector.AsSpan<double>(5)[0];
        Assert.Equal(3, seen);
        Assert.Throws<InvalidOperationException>(() => dtype == ScalarType.Float32 ? (object)vector.AsSpan<double>().Length : vector.AsSpan<float>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => vector.Slice(_layout, 64));
    }
}
