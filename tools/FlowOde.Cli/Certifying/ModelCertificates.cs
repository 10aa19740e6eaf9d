namespace FlowOde.Cli.Certifying;

/// <summary>What was found of one model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Parameters">Number of its parameters.</param>
/// <param name="Certificates">What was found of each gradient method.</param>
internal sealed record ModelCertificates(CertifiedModel Model, long Parameters, IReadOnlyList<Certificate> Certificates)
{
    /// <summary>Whether every gradient is what it should be.</summary>
    public bool Holds => Certificates.All(certificate => certificate.Failure is null);
}
