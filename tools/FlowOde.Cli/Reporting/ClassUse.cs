namespace FlowOde.Cli.Reporting;

/// <summary>What a model is told of an image's class when it scores it.</summary>
internal enum ClassUse
{
    /// <summary>No class.</summary>
    None,

    /// <summary>The image's own class: bits of the image given its class.</summary>
    Given,

    /// <summary>Each class in turn, all equally likely: bits of the image itself.</summary>
    Marginal,
}
