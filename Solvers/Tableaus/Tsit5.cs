namespace FlowOde.Solvers.Tableaus;

/// <summary>The pair of Tsitouras, order 5(4), seven stages of which the last is the next step's first, with its dense output of order 4.</summary>
/// <remarks>
/// Tsitouras 2011, Comput. Math. Appl. 62:770. Its error constant is a third of <see cref="Dopri5"/>'s. The solution of order 5 is
/// propagated; a well-known library propagates the embedded one instead, and is of order 4 for it.
/// </remarks>
public static class Tsit5
{
    private static readonly double[] _solution = [.09646076681806523, .01, .4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "tsit5",
        5,
        [
            [],
            [.161],
            [-.008480655492356989, .335480655492357],
            [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
            [5.325864828439257, -11.748883564062828, 7.4955393428898365, -.09249506636175525],
            [5.86145544294642, -12.92096931784711, 8.159367898576159, -.071584973281401, -.028269050394068383],
            _solution,
        ],
        [.. _solution, 0],
        [0, .161, .327, .9, .9800255409045097, 1, 1],
        [.001780011052225777, .0008164344596567469, -.007880878010261995, .1447110071732629, -.5823571654525552, .45808210592918697, -1 / 66.0],
        embeddedOrder: 4,
        [
            [1, -2.763706197274826, 2.913255461821913, -1.053088497729022],
            [0, .1317, -.2234, .1017],
            [0, 3.930296236894752, -5.941033872131505, 2.490627285651253],
            [0, -12.41107716693368, 30.33818863028232, -16.5481028892449],
            [0, 37.50931341651104, -88.1789048947664, 47.37952196281928],
            [0, -27.89652628919729, 65.09189467479366, -34.87065786149661],
            [0, 1.5, -4, 2.5],
        ],
        denseOrder: 4);
}
