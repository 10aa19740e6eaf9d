namespace FlowOde.Flows.Classification;

/// <summary>A step of a classifier's training.</summary>
/// <param name="Step">Steps made so far.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean cross-entropy of the step's images, in nats.</param>
public sealed record ClassifierProgress(int Step, int Steps, double Loss);
