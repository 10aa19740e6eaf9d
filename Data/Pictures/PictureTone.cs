namespace FlowOde.Data.Pictures;

/// <summary>Which parts of a picture are dense.</summary>
public enum PictureTone
{
    /// <summary>Bright is dense: the density is proportional to the luminance.</summary>
    Bright,

    /// <summary>Dark is dense: to one minus the luminance, as for ink on paper.</summary>
    Dark,
}
