namespace FlowOde.Data.Tables;

/// <summary>What to do with a cell that is blank, not a number or not finite.</summary>
public enum MissingPolicy
{
    /// <summary>Refuse the file and say where the cell is.</summary>
    Fail,

    /// <summary>Leave the whole row out and report how many.</summary>
    DropRow,
}
