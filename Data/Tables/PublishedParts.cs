namespace FlowOde.Data.Tables;

/// <summary>A split that was published with the data: the table's rows are the training, then the validation, then the test rows.</summary>
public sealed record PublishedParts
{
    /// <summary>Number of training rows, first in the table; at least 1.</summary>
    public required int TrainRows
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(TrainRows)} must be at least 1.");
    }

    /// <summary>Number of validation rows, next in the table; 0 where none were published.</summary>
    /// <value>Default 0.</value>
    public int ValidationRows
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ValidationRows)} must not be negative.");
    }

    /// <summary>Number of test rows, last in the table; 0 where none were published.</summary>
    /// <value>Default 0.</value>
    public int TestRows
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(TestRows)} must not be negative.");
    }

    /// <summary>All rows together.</summary>
    public int TotalRows => TrainRows + ValidationRows + TestRows;
}
