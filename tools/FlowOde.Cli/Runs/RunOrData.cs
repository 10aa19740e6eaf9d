using FlowOde.Cli.Failures;
using FlowOde.Data.Sources;

namespace FlowOde.Cli.Runs;

/// <summary>Tells runs from data: a folder with a configuration is a run; then come names, then files.</summary>
internal static class RunOrData
{
    /// <summary>Whether an argument means a run.</summary>
    /// <exception cref="UsageException">It means a run and a data set alike.</exception>
    public static bool IsRun(string argument)
    {
        if (!RunFolder.IsRun(argument))
        {
            return false;
        }

        return DataCatalog.Names.Contains(argument, StringComparer.OrdinalIgnoreCase)
            ? throw new UsageException($"'{argument}' is both a run in the working folder and a data set; write './{argument}' for the run, or rename it.")
            : true;
    }

    /// <summary>The folder of a run that an argument means.</summary>
    /// <exception cref="UsageException">It means data, or nothing.</exception>
    public static RunFolder Run(string argument)
    {
        if (IsRun(argument))
        {
            return RunFolder.Open(argument);
        }

        return DataCatalog.Names.Contains(argument, StringComparer.OrdinalIgnoreCase) || File.Exists(argument)
            ? throw new UsageException($"'{argument}' is data; expected the folder of a run. `flowode train {argument}` makes one.")
            : RunFolder.Open(argument);
    }

    /// <summary>Refuses a run where data are expected.</summary>
    /// <exception cref="UsageException">It means a run.</exception>
    public static void RequireData(string argument)
    {
        if (IsRun(argument))
        {
            throw new UsageException($"'{argument}' is a run; expected data. `flowode train --resume {argument}` continues it.");
        }
    }
}
