namespace FlowOde.Samplers.Drawing;

/// <summary>The accuracy of one method at some cost.</summary>
/// <param name="Label">The method.</param>
/// <param name="Index">Which colour and marker it has.</param>
/// <param name="Cost">The cost, positive.</param>
/// <param name="Share">The accuracy, 0 to 1.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end of its interval.</param>
public sealed record AccuracyPoint(string Label, int Index, double Cost, double Share, double Low, double High);
