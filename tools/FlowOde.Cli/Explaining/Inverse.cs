namespace FlowOde.Cli.Explaining;

/// <summary>How a step can be undone.</summary>
internal enum Inverse
{
    /// <summary>In general not: some linear field makes a step singular.</summary>
    None,

    /// <summary>In closed form, to round-off.</summary>
    Exact,

    /// <summary>In closed form, but errors grow by a factor each time.</summary>
    Unstable,

    /// <summary>By solving back, as exactly as the solve.</summary>
    BySolvingBack,
}
