using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>A kind of network that a model's continuous flows can have.</summary>
public interface INetworkKind
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it is, in one line.</summary>
    string Description { get; }

    /// <summary>The network of one continuous flow.</summary>
    /// <param name="options">The model.</param>
    /// <param name="image">How a row is an image there; null where it is none.</param>
    /// <exception cref="ArgumentException">A name is unknown, or the kind is of images and there is none.</exception>
    INetworkOptions Options(FlowOptions options, ImageShape? image);
}
