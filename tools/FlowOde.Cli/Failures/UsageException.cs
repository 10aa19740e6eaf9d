namespace FlowOde.Cli.Failures;

/// <summary>Wrong usage or bad input: the command ends with code 2 and nothing has been written.</summary>
/// <param name="message">What was found, what was expected and what to do.</param>
/// <param name="inner">What found it, if something else did.</param>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
