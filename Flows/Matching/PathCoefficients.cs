namespace FlowOde.Flows.Matching;

/// <summary>The coefficients of a path's point x = α·x1 + σ·x0 + γ·ε, with their rates by time.</summary>
/// <param name="Data">α.</param>
/// <param name="Noise">σ.</param>
/// <param name="Spread">γ.</param>
/// <param name="DataRate">dα/dt.</param>
/// <param name="NoiseRate">dσ/dt.</param>
/// <param name="SpreadRate">dγ/dt.</param>
public readonly record struct PathCoefficients(double Data, double Noise, double Spread, double DataRate, double NoiseRate, double SpreadRate);
