namespace FlowOde.Flows.Training;

/// <summary>The learning rate over a run, as a closed form of where the run is: nothing to save, nothing that drifts.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The factor of the largest rate.</summary>
    /// <param name="progress">The fraction of the run that lies behind, 0 to 1.</param>
    /// <param name="step">Steps made so far.</param>
    double Rate(double progress, long step);
}
