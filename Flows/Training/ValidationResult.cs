namespace FlowOde.Flows.Training;

/// <summary>A held-out score.</summary>
/// <param name="Score">The mean score of a row, in what the objective makes small: −log p in nats, or the squared error of the velocity.</param>
/// <param name="StandardError">Its standard error.</param>
public sealed record ValidationResult(double Score, double StandardError);
