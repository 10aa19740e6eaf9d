using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Layers;

public sealed class LayerFoldTests
{
    private static readonly LayerSizes _sizes = new(3, 8, 5, 3);

    public static TheoryData<string> Kinds() => new(KnownLayers.OfMatrices.Select(kind => kind.Name));

    [Fact]
    public void Fold_AtTimeZero_OfConcatV2_IsIgnore()
    {
        using var scope = NewDisposeScope();
        using var parameters = Parameters(new ConcatV2Layers());
        using var shifted = new ConcatV2Layers().CreateFold(_sizes, parameters);
        using var plain = new IgnoreLayers().CreateFold(_sizes, parameters);
        shifted.Fold(0);
        plain.Fold(0);
        Assert.Equal(0, Difference(shifted.Affine, plain.Affine));
        shifted.Fold(0.5);
        Assert.NotEqual(0, Difference(shifted.Affine, plain.Affine));
    }

    [Fact]
    public void Fold_WithOpenGates_OfConcatSquash_IsConcatV2()
    {
        using var scope = NewDisposeScope();
        using var gated = Parameters(new ConcatSquashLayers());
        using var plain = Parameters(new ConcatV2Layers());
        for (int l = 0; l < _sizes.Count; l++)
        {
            gated[$"gateOffset.{l}"].Fill(60);
            foreach (string kind in (string[])["weight", "bias", "shift"])
            {
                gated[$"{kind}.{l}"].copy_(plain[$"{kind}.{l}"]);
            }
        }

        using var first = new ConcatSquashLayers().CreateFold(_sizes, gated);
        using var second = new ConcatV2Layers().CreateFold(_sizes, plain);
        first.Fold(0.7);
        second.Fold(0.7);
        Assert.True(Difference(first.Affine, second.Affine) < 1e-15);
    }

    [Fact]
    public void Fold_AtItsEnds_OfBlend_IsEachOfItsLayers()
    {
        using var scope = NewDisposeScope();
        using var parameters = Parameters(new BlendLayers());
        using var blend = new BlendLayers().CreateFold(_sizes, parameters);
        foreach (var (time, suffix) in new[] { (0.0, ""), (1.0, "Basis") })
        {
            blend.Fold(time);
            for (int l = 0; l < _sizes.Count; l++)
            {
                Assert.Equal(0, (blend.Affine.Weight[l] - parameters[$"weight{suffix}.{l}"].view(_sizes.Out(l), _sizes.In(l))).abs().max().item<double>());
                Assert.Equal(0, (blend.Affine.Bias[l] - parameters[$"bias{suffix}.{l}"].view(-1)).abs().max().item<double>());
            }
        }
    }

    [Fact]
    public void Fold_AsItStarts_OfHyper_DoesNotDependOnTime()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 20, Hidden = [60, 50], LayerType = new HyperLayers() };
        using var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float64);
        options.Initialize(Uniforms, parameters);
        using var fold = options.LayerType.CreateFold(options.Sizes, parameters);
        fold.Fold(0.2);
        var first = fold.Affine.Weight[1].clone();
        fold.Fold(0.9);
        Assert.Equal(0, (first - fold.Affine.Weight[1]).abs().max().item<double>());
        Assert.Equal(0.01, first.Squared().mean().sqrt().item<double>(), 0.0006); // 3,000 entries: 4.6 standard errors
        Assert.Equal(0, first.mean().item<double>(), 0.0008);
        Assert.Equal(0.01, parameters["unitOffset.0"].Squared().mean().sqrt().item<double>(), 0.01);

        double[] Uniforms(long row, long count)
        {
            var random = new Random((int)row);
            return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextDouble())];
        }
    }

    [Fact]
    public void CreateFold_OfLayersForImages_RefusesMatrices()
    {
        var layers = new ConcatCoordLayers();
        Assert.Contains("Use 'concat'", Assert.Throws<ArgumentException>(() => layers.Parameters(_sizes)).Message, StringComparison.Ordinal);
        Assert.Contains("concatcoord", Assert.Throws<ArgumentException>(() => new MlpOptions { Dimension = 2, LayerType = layers }.ParameterLayout).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(layers.Name, KnownLayers.OfMatrices.Select(kind => kind.Name));
    }

    [Fact]
    public void Express_AtTimesOfAnotherShape_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var parameters = Parameters(new BlendLayers());
        var error = Assert.Throws<ArgumentException>(() => new BlendLayers().Express(_sizes, 0, zeros(2, 1), [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i])]));
        Assert.Contains("[2, 1]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pullback_OfTheFold_AgreesWithCentralDifferences(string name)
    {
        using var scope = NewDisposeScope();
        var kind = KnownLayers.Named(name);
        using var parameters = Parameters(kind);
        using var fold = kind.CreateFold(_sizes, parameters);
        using var cotangent = new AffineLayers(_sizes, ScalarType.Float64, CPU, transposeWide: true);
        using var kept = new AffineLayers(_sizes, ScalarType.Float64, CPU);
        for (int l = 0; l < _sizes.Count; l++)
        {
            kept.Weight[l].copy_(sin(Arange(kept.Weight[l].NumberOfElements, dtype: ScalarType.Float64)).view_as(kept.Weight[l]));
            kept.Bias[l].copy_(cos(Arange(_sizes.Out(l), dtype: ScalarType.Float64)));
            cotangent.Weight[l].copy_(kept.Weight[l]);
            cotangent.Bias[l].copy_(kept.Bias[l]);
        }

        using var gradient = parameters.CreateLike();
        var time = zeros(1, dtype: ScalarType.Float64);
        fold.Fold(0.4);
        fold.Pullback(cotangent, 1, gradient, time);
        const double H = 6e-6;
        double Objective(double t)
        {
            fold.Fold(t);
            return Enumerable.Range(0, _sizes.Count).Sum(l => (fold.Affine.Weight[l] * kept.Weight[l]).sum().Plus((fold.Affine.Bias[l] * kept.Bias[l]).sum()).item<double>());
        }

        Assert.Equal((Objective(0.4 + H) - Objective(0.4 - H)) / (2 * H), time.item<double>(), 1e-8);
        using var start = parameters.Clone();
        using var direction = SeededDraws.Vector(parameters.Layout, 9);
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Flat.Times(h)));
            return Objective(0.4);
        }

        Assert.Equal((Along(H) - Along(-H)) / (2 * H), (gradient.Flat * direction.Flat).sum().item<double>(), 1e-7);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parameters_OfAKind_AreOrderedByKindOfParameter(string name)
    {
        var kinds = KnownLayers.Named(name).Parameters(_sizes).Select(parameter => parameter.Segment.Name.Split('.')[0]).ToArray();
        Assert.Equal(kinds, kinds.GroupBy(kind => kind).SelectMany(group => group));
        Assert.Equal(["weight", "bias"], kinds.Distinct().Take(2));
        Assert.Same(KnownLayers.Named(name), KnownLayers.All.Single(kind => kind.Name == name));
    }

    [Fact]
    public void Named_OfAnUnknownName_ListsTheKnownOnes() =>
        Assert.Contains("concatsquash", Assert.Throws<ArgumentException>(() => KnownLayers.Named("conv")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(3)]
    [InlineData(3, 0)]
    public void LayerSizes_WithoutTwoPositiveWidths_AreRefused(params int[] widths) =>
        Assert.Contains("at least two widths", Assert.Throws<ArgumentException>(() => new LayerSizes(widths.Select(width => (long)width))).Message, StringComparison.Ordinal);

    [Fact]
    public void LayerSizes_WithAreasOfOtherLayers_AreRefused()
    {
        Assert.Contains("each of 2 layers", Assert.Throws<ArgumentException>(() => new LayerSizes(3, 4, 3) { Areas = [9] }).Message, StringComparison.Ordinal);
        Assert.Contains("OutputsPerUnit", Assert.Throws<ArgumentOutOfRangeException>(() => new LayerSizes(3, 4, 3) { OutputsPerUnit = 0 }).Message, StringComparison.Ordinal);
    }

    private static FlatVector Parameters(ITimeDependentLayers kind) =>
        SeededDraws.Vector(new(kind.Parameters(_sizes).Select(parameter => parameter.Segment)), 4);

    private static double Difference(AffineLayers a, AffineLayers b) =>
        Enumerable.Range(0, _sizes.Count).Max(l => Math.Max((a.Weight[l] - b.Weight[l]).abs().max().item<double>(), (a.Bias[l] - b.Bias[l]).abs().max().item<double>()));
}
