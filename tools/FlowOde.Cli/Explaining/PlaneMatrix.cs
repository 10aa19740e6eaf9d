namespace FlowOde.Cli.Explaining;

/// <summary>A real matrix of two rows and two columns.</summary>
internal readonly record struct PlaneMatrix(double A, double B, double C, double D)
{
    /// <summary>The identity.</summary>
    public static PlaneMatrix One { get; } = new(1, 0, 0, 1);

    /// <summary>The determinant.</summary>
    public double Determinant => (A * D) - (B * C);

    /// <summary>The largest entry.</summary>
    public double Largest => new[] { A, B, C, D }.Max(Math.Abs);

    public static PlaneMatrix operator +(PlaneMatrix x, PlaneMatrix y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    public static PlaneMatrix operator -(PlaneMatrix x, PlaneMatrix y) => x + (-1 * y);

    public static PlaneMatrix operator *(double factor, PlaneMatrix x) => new(factor * x.A, factor * x.B, factor * x.C, factor * x.D);

    public static PlaneMatrix operator *(PlaneMatrix x, PlaneMatrix y) =>
        new((x.A * y.A) + (x.B * y.C), (x.A * y.B) + (x.B * y.D), (x.C * y.A) + (x.D * y.C), (x.C * y.B) + (x.D * y.D));
}
