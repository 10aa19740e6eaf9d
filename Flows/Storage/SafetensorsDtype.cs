using System.Collections.Frozen;
using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>The element types of the format under their names there, with their sizes in bytes.</summary>
internal static class SafetensorsDtype
{
    private static readonly (string Name, ScalarType Dtype, int Bytes)[] _all =
    [
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    private static readonly FrozenDictionary<string, ScalarType> _byName = _all.ToFrozenDictionary(x => x.Name, x => x.Dtype);
    private static readonly FrozenDictionary<ScalarType, (string Name, int Bytes)> _byDtype = _all.ToFrozenDictionary(x => x.Dtype, x => (x.Name, x.Bytes));

    /// <summary>The names, for messages.</summary>
    public static string Known => string.Join(", ", _all.Select(x => x.Name));

    public static bool TryParse(string name, out ScalarType dtype) => _byName.TryGetValue(name, out dtype);

    public static bool IsKnown(ScalarType dtype) => _byDtype.ContainsKey(dtype);

    public static string NameOf(ScalarType dtype) => _byDtype.TryGetValue(dtype, out var known) ? known.Name : dtype.ToString();

    public static int BytesOf(ScalarType dtype) => _byDtype[dtype].Bytes;
}
