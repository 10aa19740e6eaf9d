namespace FlowOde.Flows.Training;

/// <summary>A held-out score.</summary>
/// <param name="NegativeLogLikelihood">Mean −log p, in nats.</param>
/// <param name="StandardError">Its standard error, in nats.</param>
public sealed record ValidationResult(double NegativeLogLikelihood, double StandardError);
