namespace FlowOde.Solvers.Rows;

/// <summary>Which tapes a gradient method keeps of a solve in which every row has its own steps. Where it keeps none of a step, that step is made again from its state.</summary>
public enum RowTapes
{
    /// <summary>Those of all steps.</summary>
    All,

    /// <summary>Those of the first steps, as long as a budget lasts.</summary>
    WithinBudget,

    /// <summary>None.</summary>
    None,
}
