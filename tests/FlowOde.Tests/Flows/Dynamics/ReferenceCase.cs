using System.Text.Json;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Storage;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>One file of numbers computed by the FFJORD authors' code.</summary>
internal sealed class ReferenceCase : IDisposable
{
    private readonly SafetensorsFile _file;

    internal ReferenceCase(string name)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Reference", $"{name}.safetensors"));
        _file = SafetensorsReader.Read(stream);
        var metadata = _file.Metadata;
        EndTime = double.Parse(metadata["base_time"]);
        long[] shape = this["x"].shape;
        NetworkOptions options = shape.Length == 2
            ? new MlpOptions { Dimension = shape[1] }
            : new ConvOptions { Image = new(shape[1], shape[2], shape[3]), Strides = JsonSerializer.Deserialize<int[]>(metadata["strides"])! };
        Options = options with
        {
            Hidden = JsonSerializer.Deserialize<long[]>(metadata["hidden"])!,
            LayerType = KnownLayers.Named(shape.Length == 2 && metadata["layer"] == "concatcoord" ? "concat" : metadata["layer"]),
            Activation = KnownActivations.Named(metadata["activation"] == "swish" ? "swish-learned" : metadata["activation"]),
        };
    }

    internal NetworkOptions Options { get; }

    /// <summary>The base time of whole solves; data is at 0.</summary>
    internal double EndTime { get; }

    internal Tensor this[string key] => _file[key];

    public void Dispose() => _file.Dispose();

    /// <summary>Whether the file has this key: exact solves are there of matrices only.</summary>
    internal bool Has(string key) => _file.Tensors.ContainsKey(key);

    /// <summary>The file's rows, [B, D].</summary>
    internal Tensor Rows(string key) => this[key].flatten(1);

    /// <summary>Parameters, or gradients, in this project's layout.</summary>
    /// <param name="prefix">"parameter" or "gradient".</param>
    internal FlatVector Vector(string prefix)
    {
        using var scope = NewDisposeScope();
        var vector = new FlatVector(Options.ParameterLayout, ScalarType.Float64);
        for (int i = 0; i < vector.Layout.Segments.Count; i++)
        {
            vector[i].copy_(Find(prefix, vector.Layout.Segments[i]).contiguous().view(vector.Layout.Segments[i].Shape));
        }

        return vector;
    }

    /// <summary>Our segment under the authors' name; where time is an input, it is among the columns of the weight there.</summary>
    private Tensor Find(string prefix, Segment segment)
    {
        if (segment.Name == "activation.beta")
        {
            return _file[$"{prefix}.activation_fns.0.beta"];
        }

        string[] name = segment.Name.Split('.');
        int l = int.Parse(name[1]);
        string kind = name[0], layer = $"{prefix}.layers.{l}.", gate = Options.LayerType.Name == "squash" ? "_hyper" : "_hyper_gate";
        Tensor Weight()
        {
            var weight = _file[layer + "_layer.weight"];
            return Options is ConvOptions { Strides: var strides } && strides[l] < 0 ? weight.transpose(0, 1) : weight;
        }

        return (Options.LayerType.Name, kind) switch
        {
            ("concat", "weight") => Weight()[.., 1..],
            ("concat", "shift") => Weight()[.., ..1],
            ("concatcoord", "weight") => Weight()[.., ..^3],
            ("concatcoord", "shift") => Weight()[.., ^3..],
            ("blend", "weight" or "bias") => _file[$"{layer}_layer0.{kind}"],
            ("blend", "weightBasis") => _file[layer + "_layer1.weight"],
            ("blend", _) => _file[layer + "_layer1.bias"],
            ("hyper", _) when Options is ConvOptions => OverlappingHyper(layer, kind, Options.Sizes.Out(l), Options.Sizes.In(l)),
            ("hyper", _) => Hyper(layer, kind, Options.Sizes.Out(l)),
            (_, "weight") => Weight(),
            (_, "bias") => _file[layer + "_layer.bias"],
            (_, "gateSlope") => _file[$"{layer}{gate}.weight"],
            (_, "gateOffset") => _file[$"{layer}{gate}.bias"],
            _ => _file[layer + "_hyper_bias.weight"],
        };
    }

    /// <summary>The network of time of a linear layer; it puts out the bias, then the weight.</summary>
    private Tensor Hyper(string layer, string kind, long outputs) => kind switch
    {
        "unitSlope" => _file[layer + "_hypernet.0.weight"],
        "unitOffset" => _file[layer + "_hypernet.0.bias"],
        "bias" => _file[layer + "_hypernet.2.bias"][..(int)outputs],
        "weight" => _file[layer + "_hypernet.2.bias"][(int)outputs..],
        "biasBasis" => _file[layer + "_hypernet.2.weight"].t()[.., ..(int)outputs],
        _ => _file[layer + "_hypernet.2.weight"].t()[.., (int)outputs..],
    };

    /// <summary>That of a convolution, whose biases are by mistake the first of its weights.</summary>
    private Tensor OverlappingHyper(string layer, string kind, long outputs, long inputs)
    {
        var all = _file[$"{layer}_hypernet.{(kind.EndsWith("Basis", StringComparison.Ordinal) ? "weight" : "bias")}"].view(-1);
        return all.narrow(0, 0, kind.StartsWith("bias", StringComparison.Ordinal) ? outputs : outputs * inputs);
    }
}
