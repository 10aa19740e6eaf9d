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
        Options = new()
        {
            Dimension = this["x"].shape[1],
            Hidden = JsonSerializer.Deserialize<long[]>(metadata["hidden"])!,
            LayerType = KnownLayers.Named(metadata["layer"] == "concatcoord" ? "concat" : metadata["layer"]),
            Activation = KnownActivations.Named(metadata["activation"] == "swish" ? "swish-learned" : metadata["activation"]),
        };
    }

    internal MlpOptions Options { get; }

    /// <summary>The base time of whole solves; data is at 0.</summary>
    internal double EndTime { get; }

    internal Tensor this[string key] => _file[key];

    public void Dispose() => _file.Dispose();

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
            return _file[$"{prefix}.activation_fns.0.beta"];
        }

        string kind = segment.Split('.')[0], layer = $"{prefix}.layers.{segment.Split('.')[1]}.", gate = Options.LayerType.Name == "squash" ? "_hyper" : "_hyper_gate";
        bool isConcat = Options.LayerType.Name == "concat";
        return kind switch
        {
            "weight" when isConcat => _file[layer + "_layer.weight"][.., 1..].contiguous(),
            "shift" when isConcat => _file[layer + "_layer.weight"][.., ..1].contiguous(),
            "weight" or "bias" => _file[$"{layer}_layer.{kind}"],
            "gateSlope" => _file[$"{layer}{gate}.weight"],
            "gateOffset" => _file[$"{layer}{gate}.bias"],
            _ => _file[layer + "_hyper_bias.weight"],
        };
    }
}
