using System.Buffers.Binary;
using System.Text.Json;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>One file of numbers computed by the FFJORD authors' code, read by a reader of its own: just enough for float64 tensors.</summary>
internal sealed class ReferenceCase : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    internal ReferenceCase(string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Reference", $"{name}.safetensors"));
        int header = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        using var json = JsonDocument.Parse(file.AsMemory(8, header));
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                _metadata = entry.Value.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
                continue;
            }

            Assert.Equal("F64", entry.Value.GetProperty("dtype").GetString());
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
            double[] values = new double[(offsets[1] - offsets[0]) / sizeof(double)];
            Buffer.BlockCopy(file, 8 + header + offsets[0], values, 0, offsets[1] - offsets[0]);
            using var flat = tensor(values);
            _tensors[entry.Name] = flat.view([.. entry.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())]).DetachFromDisposeScope();
        }

        Options = new()
        {
            Dimension = this["x"].shape[1],
            Hidden = JsonSerializer.Deserialize<long[]>(_metadata["hidden"])!,
            LayerType = KnownLayers.Named(_metadata["layer"] == "concatcoord" ? "concat" : _metadata["layer"]),
            Activation = KnownActivations.Named(_metadata["activation"] == "swish" ? "swish-learned" : _metadata["activation"]),
        };
    }

    internal MlpOptions Options { get; }

    internal Tensor this[string key] => _tensors[key];

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Parameters, or gradients, in this project's layout.</summary>
    /// <param name="prefix">"parameter" or "gradient".</param>
    internal FlatVector Vector(string prefix)
    {
        using var scope = NewDisposeScope();
        var vector = new FlatVector(Options.ParameterLayout, ScalarType.Float64);
        for (int i = 0; i < vector.Layout.Segments.Count; i++)
        {
            vector[i].copy_(Find(prefix, vector.Layout.Segments[i].Name).view(vector.Layout.Segments[i].Shape));
        }

        return vector;
    }

    /// <summary>Our segment under the authors' name; a concat layer's time is the first column of its weight there.</summary>
    private Tensor Find(string prefix, string segment)
    {
        if (segment == "activation.beta")
        {
            return _tensors[$"{prefix}.activation_fns.0.beta"];
        }

        string kind = segment.Split('.')[0], layer = $"{prefix}.layers.{segment.Split('.')[1]}.", gate = Options.LayerType.Name == "squash" ? "_hyper" : "_hyper_gate";
        bool isConcat = Options.LayerType.Name == "concat";
        return kind switch
        {
            "weight" when isConcat => _tensors[layer + "_layer.weight"][.., 1..].contiguous(),
            "shift" when isConcat => _tensors[layer + "_layer.weight"][.., ..1].contiguous(),
            "weight" or "bias" => _tensors[$"{layer}_layer.{kind}"],
            "gateSlope" => _tensors[$"{layer}{gate}.weight"],
            "gateOffset" => _tensors[$"{layer}{gate}.bias"],
            _ => _tensors[layer + "_hyper_bias.weight"],
        };
    }
}
