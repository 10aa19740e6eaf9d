namespace FlowOde.Cli.TestProblems;

/// <summary>Jupiter, Saturn, Uranus, Neptune and Pluto around the sun: places in astronomical units, time in hundreds of days.</summary>
/// <remarks>Problem C5 of Hull, Enright, Fellen, Sedgwick 1972; relative to the sun, whose own motion is in the indirect terms.</remarks>
internal static class FiveBodies
{
    private const int Bodies = 5;
    private const int Places = 3 * Bodies;
    private const double Gravity = 2.95912208286;
    private const double Sun = 1.00000597682;
    private static readonly double[] _masses = [0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 0.00000277777777778];

    /// <summary>Places, three numbers a planet, then velocities, [30].</summary>
    public static double[] Start =>
    [
        3.42947415189, 3.35386959711, 1.35494901715,
        6.64145542550, 5.97156957878, 2.18231499728,
        11.2630437207, 14.6952576794, 6.27960525067,
        -30.1552268759, 1.65699966404, 1.43785752721,
        -21.1238353380, 28.4465098142, 15.3882659679,
        -0.557160570446, 0.505696783289, 0.230578543901,
        -0.415570776342, 0.365682722812, 0.169143213293,
        -0.325325669158, 0.189706021964, 0.0877265322780,
        -0.0240476254170, -0.287659532608, -0.117219543175,
        -0.176860753121, -0.216393453025, -0.0148647893090,
    ];

    /// <summary>Writes velocities and accelerations.</summary>
    /// <param name="time">Not used: the laws of nature stay the same.</param>
    /// <param name="y">Places and velocities, [30].</param>
    /// <param name="dy">Receives their derivatives, [30].</param>
    public static void Evaluate(double time, ReadOnlySpan<double> y, Span<double> dy)
    {
        y[Places..].CopyTo(dy);
        var force = dy[Places..];
        for (int j = 0; j < Bodies; j++)
        {
            var place = y.Slice(3 * j, 3);
            double toSun = Cube(place[0], place[1], place[2]);
            for (int i = 0; i < 3; i++)
            {
                force[(3 * j) + i] = -(Sun + _masses[j]) * place[i] / toSun;
            }

            for (int k = 0; k < Bodies; k++)
            {
                var other = y.Slice(3 * k, 3);
                double distance = Cube(other[0] - place[0], other[1] - place[1], other[2] - place[2]), otherToSun = Cube(other[0], other[1], other[2]);
                for (int i = 0; i < 3 && k != j; i++)
                {
                    force[(3 * j) + i] += _masses[k] * (((other[i] - place[i]) / distance) - (other[i] / otherToSun));
                }
            }
        }

        foreach (ref double component in force)
        {
            component *= Gravity;
        }
    }

    private static double Cube(double x, double y, double z)
    {
        double square = (x * x) + (y * y) + (z * z);
        return square * Math.Sqrt(square);
    }
}
