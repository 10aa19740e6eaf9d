namespace FlowOde.Flows.Storage;

/// <summary>A checkpoint cannot be read: its message names what is wrong with the file, what was expected and what to do.</summary>
public sealed class CheckpointFormatException : Exception
{
    /// <summary>Reports a fault of the file.</summary>
    public CheckpointFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Reports a fault of the file that another exception found.</summary>
    public CheckpointFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
