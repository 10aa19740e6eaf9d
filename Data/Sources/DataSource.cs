namespace FlowOde.Data.Sources;

/// <summary>What a name or path stands for: a <see cref="ToySource"/>, a <see cref="PictureSource"/>, an <see cref="ImageSource"/> or a <see cref="TableSource"/>.</summary>
public abstract record DataSource
{
    private protected DataSource(string name) => Name = name;

    /// <summary>The name or path it was asked for by.</summary>
    public string Name { get; }

    /// <summary>Number of columns of the data.</summary>
    public abstract int ColumnCount { get; }
}
