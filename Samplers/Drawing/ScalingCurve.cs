namespace FlowOde.Samplers.Drawing;

/// <summary>How one method's cost grows with a size.</summary>
public sealed record ScalingCurve
{
    /// <summary>The method.</summary>
    public required string Label { get; init; }

    /// <summary>How it grows, in a few words, as "N^1.00 ± 0.01".</summary>
    /// <value>Empty by default.</value>
    public string Growth { get; init; } = "";

    /// <summary>Which colour and marker it has: the same number means the same method in every panel.</summary>
    public required int Index { get; init; }

    /// <summary>What was measured: cost by size, both positive; others are not drawn.</summary>
    public required DataSeries Points { get; init; }

    /// <summary>Measurements that had to be ended, at the cost they had got to.</summary>
    /// <value>Empty by default.</value>
    public DataSeries Over { get; init; } = DataSeries.Empty;

    /// <summary>What theory expects, by size.</summary>
    /// <value>Empty by default.</value>
    public DataSeries Theory { get; init; } = DataSeries.Empty;
}
