namespace FlowOde.Cli.Explaining;

/// <summary>What the schemes are tried on: a linear and a nonlinear, time-dependent field, each also with halves that depend on one another alone, as a RevNet's do.</summary>
internal static class TestFields
{
    /// <summary>The start of every solve on these fields.</summary>
    public static double[] Start => [0.8, -0.4];

    /// <summary>ẋ = Ax.</summary>
    /// <param name="isSplit">Whether A has a zero diagonal and the state two halves.</param>
    public static TestField Linear(bool isSplit)
    {
        var a = Matrix(isSplit);
        double[,] jacobian = { { a.A, a.B }, { a.C, a.D } };
        return new(2, isSplit, (_, _, y, dy) => (dy[0], dy[1]) = ((a.A * y[0]) + (a.B * y[1]), (a.C * y[0]) + (a.D * y[1])), (_, _, _) => jacobian);
    }

    /// <summary>The matrix of <see cref="Linear"/>.</summary>
    public static PlaneMatrix Matrix(bool isSplit) => isSplit ? new(0, 1.1, -0.9, 0) : new(-0.4, 1.1, -0.9, -0.2);

    /// <summary>f(t, x) of a field of one row.</summary>
    public static double[] Value(TestField field, double time, double[] x)
    {
        double[] value = new double[x.Length];
        field.Function(0, time, x, value);
        return value;
    }

    /// <summary>A field that depends on time and is not zero at zero: ẋ = (x2 cos t, ½ − sin x1 + 0.3 x1 x2); in halves: (1.5 tanh x2, 0.4 cos t − 1.3 sin x1).</summary>
    public static TestField Nonlinear(bool isSplit) => isSplit
        ? new(
            2,
            true,
            (_, t, y, dy) => (dy[0], dy[1]) = (1.5 * Math.Tanh(y[1]), (0.4 * Math.Cos(t)) - (1.3 * Math.Sin(y[0]))),
            (_, _, y) => new[,] { { 0, 1.5 * (1 - Math.Pow(Math.Tanh(y[1]), 2)) }, { -1.3 * Math.Cos(y[0]), 0 } })
        : new(
            2,
            false,
            (_, t, y, dy) => (dy[0], dy[1]) = (y[1] * Math.Cos(t), 0.5 - Math.Sin(y[0]) + (0.3 * y[0] * y[1])),
            (_, t, y) => new[,] { { 0, Math.Cos(t) }, { -Math.Cos(y[0]) + (0.3 * y[1]), 0.3 * y[0] } });
}
