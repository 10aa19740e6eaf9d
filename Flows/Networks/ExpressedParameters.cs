using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The parameters of a network that is an expression, in the order in which its parts ask for them, each with what it starts from.</summary>
internal sealed class ExpressedParameters
{
    private readonly List<Start> _starts = [];
    private VectorLayout? _layout;

    /// <summary>Names and places; asked for when all parts are there.</summary>
    internal VectorLayout Layout => _layout ??= new(_starts.Select(start => start.Segment));

    /// <summary>Adds a weight and a bias that start uniform in ±scale/√(fan-in).</summary>
    /// <param name="name">Their part.</param>
    /// <param name="scale">0 for a part that starts at zero.</param>
    /// <param name="shape">Of the weight: outputs, inputs and, of a convolution, height and width of its kernel.</param>
    /// <returns>The index of the weight; that of the bias follows.</returns>
    internal int AddAffine(string name, double scale, params long[] shape)
    {
        double bound = scale / Math.Sqrt(shape.Skip(1).Aggregate(1L, (product, length) => product * length));
        _starts.Add(new(new($"{name}.weight", shape), bound, 0));
        _starts.Add(new(new($"{name}.bias", shape[0]), bound, 0));
        return _starts.Count - 2;
    }

    /// <summary>Adds a matrix that starts uniform in ±1/√inputs.</summary>
    internal int AddLinear(string name, long outputs, long inputs)
    {
        _starts.Add(new(new($"{name}.weight", outputs, inputs), 1 / Math.Sqrt(inputs), 0));
        return _starts.Count - 1;
    }

    /// <summary>Adds the scale and shift of a norm, which start as the identity.</summary>
    internal int AddNorm(string name, long channels)
    {
        _starts.Add(new(new($"{name}.scale", channels), 0, 1));
        _starts.Add(new(new($"{name}.shift", channels), 0, 0));
        return _starts.Count - 2;
    }

    /// <summary>The segments of parameters, in their order.</summary>
    internal static torch.Tensor[] Tensors(FlatVector parameters) => [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i])];

    /// <summary>The segments as leaves of a graph; they belong to the caller's scope, and share the parameters' memory.</summary>
    internal static torch.Tensor[] Leaves(FlatVector parameters) => Array.ConvertAll(Tensors(parameters), part => part.detach().requires_grad_());

    /// <exception cref="ArgumentException">The vector has another layout.</exception>
    internal void Check(FlatVector parameters)
    {
        if (!parameters.Layout.Equals(Layout))
        {
            throw new ArgumentException($"The parameters have the layout {parameters.Layout}; these options need {Layout}.", nameof(parameters));
        }
    }

    /// <summary>Overwrites parameters with what they start from.</summary>
    /// <param name="uniforms">Draws: (row, count) to that many numbers in (0, 1). The row is the index of the segment.</param>
    /// <param name="intoParameters">Receives them.</param>
    /// <exception cref="ArgumentException">The vector has another layout, or too few numbers were drawn.</exception>
    internal void Initialize(Func<long, long, double[]> uniforms, FlatVector intoParameters)
    {
        Check(intoParameters);
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < _starts.Count; i++)
        {
            if (_starts[i].Bound > 0)
            {
                UniformSegments.Draw(uniforms, i, _starts[i].Bound, intoParameters);
            }
            else
            {
                using Scalar value = _starts[i].Value;
                intoParameters[i].fill_(value);
            }
        }
    }

    /// <summary>A segment that starts uniform in ±bound, or at a value where the bound is 0.</summary>
    private sealed record Start(Segment Segment, double Bound, double Value);
}
