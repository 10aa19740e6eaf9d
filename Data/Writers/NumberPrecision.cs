namespace FlowOde.Data.Writers;

/// <summary>How precisely numbers are written.</summary>
public enum NumberPrecision
{
    /// <summary>As 64-bit floats: reading gives back the same bits.</summary>
    Bits64,

    /// <summary>Rounded to 32-bit floats: half the size, seven digits.</summary>
    Bits32,
}
