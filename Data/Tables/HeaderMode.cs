namespace FlowOde.Data.Tables;

/// <summary>Whether the first line of a text table names the columns.</summary>
public enum HeaderMode
{
    /// <summary>Look at the first two lines and report the guess.</summary>
    Auto,

    /// <summary>The first line names the columns.</summary>
    Yes,

    /// <summary>The first line is data.</summary>
    No,
}
