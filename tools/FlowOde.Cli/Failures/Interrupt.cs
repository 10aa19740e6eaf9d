using System.Runtime.InteropServices;

namespace FlowOde.Cli.Failures;

/// <summary>Ctrl-C and a polite kill ask for a stop; a second one ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from now on.</summary>
    /// <param name="onFirst">Called at the first signal, on a thread of its own.</param>
    public Interrupt(Action onFirst)
    {
        void Handle(PosixSignalContext context)
        {
            if (!_source.IsCancellationRequested)
            {
                context.Cancel = true;
                _source.Cancel();
                onFirst();
            }
        }

        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _source.Dispose();
    }
}
