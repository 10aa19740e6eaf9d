using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>
/// A residual network as a solved equation: a stem, a chain of blocks f(t, x; θ) in an architecture, and a head. One vector field, many schemes.
/// Immutable; may be shared between threads.
/// </summary>
public sealed class OdeClassifier : IDisposable
{
    private const string CoefficientName = "k";

    private readonly double[] _mean;
    private readonly double[] _scale;
    private readonly ExpressedMap _stem;
    private readonly ExpressedMap _head;
    private readonly ExpressedBlock _block;
    private readonly VectorLayout? _coefficients;
    private readonly long[] _offsets;
    private readonly WorkspacePool _pool = new();

    /// <summary>Lays a classifier out; no memory is taken.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="mean">What is subtracted from each number of a row, [D].</param>
    /// <param name="scale">What each number is then divided by, [D]; positive.</param>
    /// <exception cref="ArgumentException">The options do not fit together, or mean and scale do not fit them.</exception>
    public OdeClassifier(OdeClassifierOptions options, IReadOnlyList<double> mean, IReadOnlyList<double> scale)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(scale);
        options.Check();
        if (mean.Count != options.Dimension || scale.Count != options.Dimension || scale.Any(s => !(s > 0)))
        {
            throw new ArgumentException($"Means ({mean.Count}) and positive scales ({scale.Count}) are one for each of the {options.Dimension} numbers of a row.", nameof(mean));
        }

        (Options, _mean, _scale) = (options, [.. mean], [.. scale]);
        (_stem, _head) = (options.Field.Stem(options), options.Field.Head(options));
        _block = options.Field.Block(options, options.StateChannels / options.Architecture.Parts);
        int coefficients = options.Architecture.Coefficients(options.Depth);
        _coefficients = coefficients == 0 ? null : new(new Segment(CoefficientName, coefficients));
        var parts = new List<(string Prefix, VectorLayout Layout)> { ("stem.", _stem.Parameters.Layout) };
        parts.AddRange(Enumerable.Range(0, options.Blocks).Select(i => ($"block{i}.", _block.Parameters.Layout)));
        parts.Add(("head.", _head.Parameters.Layout));
        parts.Add(("chain.", _coefficients ?? VectorLayout.Empty));
        Layout = VectorLayout.Concatenate(parts);
        _offsets = new long[parts.Count];
        for (int i = 1; i < parts.Count; i++)
        {
            _offsets[i] = _offsets[i - 1] + parts[i - 1].Layout.Length;
        }
    }

    /// <summary>Its shape.</summary>
    public OdeClassifierOptions Options { get; }

    /// <summary>What is subtracted from each number of a row, [D].</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>What each number is then divided by, [D].</summary>
    public IReadOnlyList<double> Scale => _scale;

    /// <summary>Names and places of the parameters.</summary>
    public VectorLayout Layout { get; }

    /// <summary>Number of parameters.</summary>
    public long ParameterCount => Layout.Segments.Sum(segment => segment.Length);

    /// <summary>What leads to the first state.</summary>
    internal ExpressedMap Stem => _stem;

    /// <summary>What leads from the last state to the scores of classes.</summary>
    internal ExpressedMap Head => _head;

    /// <summary>The block.</summary>
    internal ExpressedBlock Block => _block;

    /// <summary>Where the parameters of the stem, of each block, of the head and of the chain begin.</summary>
    internal IReadOnlyList<long> Offsets => _offsets;

    /// <summary>First values of the parameters.</summary>
    /// <param name="source">The run's draws.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">Where they lie.</param>
    /// <returns>New parameters; they belong to the caller.</returns>
    public FlatVector CreateParameters(RandomSource source, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(source);
        var parameters = new FlatVector(Layout, dtype, device);
        long row = 0;
        ExpressedParameters[] parts = [_stem.Parameters, .. Enumerable.Repeat(_block.Parameters, Options.Blocks), _head.Parameters];
        var stream = source.Stream(RandomPurpose.Initialization, 0);
        for (int part = 0; part < parts.Length; part++)
        {
            long first = row;
            parts[part].Initialize((segment, count) => Uniforms(first + segment, count), parameters.Slice(parts[part].Layout, _offsets[part]));
            row += parts[part].Layout.Segments.Count;
        }

        if (_coefficients is not null)
        {
            using var scope = NewDisposeScope();
            double[] draws = Uniforms(row, _coefficients.Segments[0].Length);
            parameters[$"chain.{CoefficientName}"].copy_(tensor(Array.ConvertAll(draws, Options.Architecture.Start), dtype: ScalarType.Float64));
        }

        return parameters;

        double[] Uniforms(long segment, long count)
        {
            var values = new double[count];
            stream.FillUniform<double>([segment], checked((int)count), values);
            return values;
        }
    }

    /// <summary>The architecture's own numbers among parameters, such as the weights k of a multistep method; none where it has none.</summary>
    public double[] Coefficients(FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (_coefficients is null)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        return parameters[$"chain.{CoefficientName}"].to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    /// <summary>Gives all of the architecture's own numbers one value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="intoParameters">The parameters, changed in place.</param>
    /// <exception cref="InvalidOperationException">The architecture has none.</exception>
    public void SetCoefficients(double value, FlatVector intoParameters)
    {
        ArgumentNullException.ThrowIfNull(intoParameters);
        if (_coefficients is null)
        {
            throw new InvalidOperationException($"The architecture '{Options.Architecture.Name}' has no numbers of its own.");
        }

        using Scalar number = value;
        intoParameters[$"chain.{CoefficientName}"].fill_(number);
    }

    /// <summary>What is doubtful about parameters before they are trained, such as a multistep method that is not stable; null where nothing is.</summary>
    public string? Warning(FlatVector parameters) => _coefficients is null ? null : Options.Architecture.Warning(Coefficients(parameters));

    /// <summary>The classifier with numbers.</summary>
    /// <param name="parameters">The parameters, in <see cref="Layout"/>; they belong to the caller, and what is bound follows their changes.</param>
    /// <param name="solve">How the chain is solved.</param>
    /// <param name="isTrained">Whether gradients will be asked for; without them an evaluation keeps nothing.</param>
    /// <exception cref="ArgumentException">The parameters have another layout, or gradient method and solver do not go together.</exception>
    public BoundClassifier Bind(FlatVector parameters, ClassifierSolve solve, bool isTrained)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(solve);
        if (!parameters.Layout.Equals(Layout))
        {
            throw new ArgumentException($"The parameters have the layout {parameters.Layout}; this classifier needs {Layout}.", nameof(parameters));
        }

        var fields = Enumerable.Range(1, Options.Blocks).Select(i => new BlockField(_block, parameters.Slice(_block.Parameters.Layout, _offsets[i]), isTrained)).ToArray();
        return new(this, parameters, Options.Architecture.CreateChain(new()
        {
            Fields = fields,
            Offsets = _offsets[1..],
            Coefficients = _coefficients is null ? null : parameters.Slice(_coefficients, _offsets[^1]),
            CoefficientOffset = _offsets[^1],
            Depth = Options.Depth,
            Solve = solve,
            Pool = _pool,
        }), solve);
    }

    /// <summary>Rows in the units of the network: without their mean, over their scale.</summary>
    /// <exception cref="ArgumentException">They are not [B, D].</exception>
    internal Tensor Standardised(Tensor rows)
    {
        if (rows.dim() != 2 || rows.size(1) != Options.Dimension)
        {
            throw new ArgumentException($"Rows are [B, {Options.Dimension}]; found [{string.Join(", ", rows.shape)}].", nameof(rows));
        }

        Tensor Row(double[] numbers) => tensor(numbers, dtype: rows.dtype, device: rows.device);
        return rows.add(Row(_mean), CachedScalars.MinusOne).div(Row(_scale));
    }

    /// <summary>Frees the memory that is kept for solves.</summary>
    public void Dispose() => _pool.Dispose();
}
