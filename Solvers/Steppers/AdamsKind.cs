namespace FlowOde.Solvers.Steppers;

/// <summary>Which of Adams' methods a stepper makes.</summary>
public enum AdamsKind
{
    /// <summary>Explicit, one evaluation a step.</summary>
    Bashforth,

    /// <summary>The explicit method predicts, the implicit one of the same order corrects once: predict, evaluate, correct, evaluate.</summary>
    Moulton,

    /// <summary>Predicts with k steps and corrects with order k + 1.</summary>
    FixedOrder,

    /// <summary>The same, k being chosen by the errors.</summary>
    VariableOrder,
}
