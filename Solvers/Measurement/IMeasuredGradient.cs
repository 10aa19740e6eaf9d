namespace FlowOde.Solvers.Measurement;

/// <summary>A gradient whose memory and time are measured.</summary>
public interface IMeasuredGradient
{
    /// <summary>
    /// Does what a process does only once, by a small gradient of the same kind: loads code, makes the buffers that libraries keep. It
    /// must leave nothing in a pool that <see cref="Compute"/> would find.
    /// </summary>
    void WarmUp();

    /// <summary>Computes the gradient once. The first call finds no pooled memory; later ones find that of the call before, as training does.</summary>
    GradientCost Compute();
}
