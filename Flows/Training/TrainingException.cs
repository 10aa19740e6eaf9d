namespace FlowOde.Flows.Training;

/// <summary>Training that cannot go on, although steps were skipped and the learning rate was lowered.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Reports why training ended.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="inner">The last failure, if one was thrown.</param>
    public TrainingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
