namespace FlowOde.Data.Numerics;

/// <summary>A running log Σ exp(termᵢ) that neither overflows nor loses the largest term.</summary>
internal struct LogSum
{
    private double _largest;
    private double _scaled;

    /// <summary>An empty sum, whose value is −∞.</summary>
    public LogSum()
    {
        _largest = double.NegativeInfinity;
        _scaled = 0;
    }

    /// <summary>log of the sum so far.</summary>
    internal readonly double Value => _largest + Math.Log(_scaled);

    /// <summary>Adds exp(<paramref name="term"/>).</summary>
    internal void Add(double term)
    {
        if (term <= _largest)
        {
            if (term - _largest > -40)
            {
                _scaled += Math.Exp(term - _largest);
            }
        }
        else if (term > double.NegativeInfinity)
        {
            _scaled = (_scaled * Math.Exp(_largest - term)) + 1;
            _largest = term;
        }
    }
}
