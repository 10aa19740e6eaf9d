namespace FlowOde.Solvers.Steppers;

/// <summary>
/// One direction of a general linear method: from carried vectors y_j by stages k_i to carried vectors. Each row is over the carried
/// vectors, then the stages: stage i is evaluated at Σ u_ij y_j + Σ_{m&lt;i} a_im k_m, and vector j becomes Σ v_jk y_k + Σ b_ji k_i.
/// </summary>
/// <param name="Nodes">The time of each stage as a share of the step.</param>
/// <param name="Parts">
/// The rows: one set for all evolving segments, or a set for positions and one for velocities. Quadratures follow the last set.
/// </param>
public sealed record GeneralLinearPass(double[] Nodes, params GeneralLinearRows[] Parts)
{
    /// <summary>Number of stages.</summary>
    public int Stages => Nodes.Length;
}
