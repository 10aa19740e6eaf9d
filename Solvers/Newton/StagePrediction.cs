using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Newton;

/// <summary>Where Newton's iteration for the stages of a step begins.</summary>
/// <param name="tableau">The method.</param>
/// <param name="newton">The iteration.</param>
/// <param name="ranges">The evolving entries.</param>
internal sealed class StagePrediction(ButcherTableau tableau, NewtonIteration newton, VectorRange[] ranges)
{
    // Up to this many lengths of the last step its polynomial predicts stages.
    private const double FarthestPrediction = 4;

    private readonly int _width = newton.States.Length;
    private readonly double[][]? _polynomial = newton.States.Length == 1 ? null : Rows(tableau.C); // of the derivatives of stages that are solved for together
    private readonly double[] _factors = new double[tableau.Stages];
    private double _lastTime; // of the last step that was solved for, whose derivatives are there
    private double _lastStep;

    /// <summary>Takes a step that was solved for; its derivatives must stay where they are until the next.</summary>
    public void Learn(double time, double step) => (_lastTime, _lastStep) = (time, step);

    /// <summary>Forgets the last step.</summary>
    public void Reset() => _lastStep = 0;

    /// <summary>Writes where the iteration begins: along the polynomial of the last step, or with the line through the derivatives of the two stages before, or from the start.</summary>
    /// <param name="start">The start of the step.</param>
    /// <param name="time">Its time.</param>
    /// <param name="first">The first of the stages that are solved for.</param>
    /// <param name="derivatives">The derivatives of the stages before it, and of those of the last step.</param>
    /// <returns>Whether it is another state than the start.</returns>
    public bool Write(FlatVector start, double time, int first, FlatVector[] derivatives)
    {
        if (_polynomial is not null)
        {
            bool isNear = _lastStep != 0 && Math.Abs((newton.Points[^1].Time - _lastTime) / _lastStep) < FarthestPrediction;
            double from = isNear ? (time - _lastTime) / _lastStep : 0;
            for (int i = 0; i < _width; i++)
            {
                double to = isNear ? (newton.Points[i].Time - _lastTime) / _lastStep : 0;
                for (int j = 0; j < _width; j++)
                {
                    _factors[j] = _lastStep * (Polynomial(_polynomial[j], to) - Polynomial(_polynomial[j], from));
                }

                LinearCombination.Write(start, _factors.AsSpan(0, isNear ? _width : 0), derivatives, ranges, newton.States[i]);
            }

            return isNear;
        }

        if (first == 0)
        {
            LinearCombination.Write(start, [], [], ranges, newton.States[0]);
            return false;
        }

        double[] c = tableau.C;
        double share = first > 1 && c[first - 1] != c[first - 2] ? (c[first] - c[first - 2]) / (c[first - 1] - c[first - 2]) : 1;
        LinearCombination.Write(newton.Known[0], [share * newton.Coefficients[0]], [derivatives[first - 1]], ranges, newton.States[0]);
        if (share != 1)
        {
            LinearCombination.Write(newton.States[0], [(1 - share) * newton.Coefficients[0]], [derivatives[first - 2]], ranges, newton.States[0]);
        }

        return true;
    }

    /// <summary>The polynomial through the derivatives at the nodes; of nodes that are equal, as where steps are doubled, through that of the first.</summary>
    private static double[][] Rows(double[] nodes)
    {
        double[] distinct = [.. nodes.Distinct()];
        double[][] rows = Collocation.DenseRows(distinct);
        return [.. nodes.Select((node, i) => Array.IndexOf(nodes, node) == i ? rows[Array.IndexOf(distinct, node)] : [])];
    }

    private static double Polynomial(double[] coefficients, double theta)
    {
        double sum = 0;
        for (int power = coefficients.Length - 1; power >= 0; power--)
        {
            sum = (sum + coefficients[power]) * theta;
        }

        return sum;
    }
}
