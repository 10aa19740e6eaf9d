namespace FlowOde.Data.Tables;

/// <summary>Data that cannot be used as they are: what was found, where, what was expected, and what to do about it.</summary>
/// <remarks>The only exception that reading data throws for bad content; its message is meant for the person whose data they are.</remarks>
public sealed class DataFormatException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public DataFormatException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">What was found, where, what was expected and what to try.</param>
    public DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">What was found, where, what was expected and what to try.</param>
    /// <param name="innerException">The lower-level failure.</param>
    public DataFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
