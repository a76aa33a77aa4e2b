using Image2Ipfs.Gateway.Sources;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>A kind of tree that somebody's publisher makes.</summary>
internal interface ILayout
{
    /// <param name="source">Where the root lies.</param>
    /// <param name="place">The root, and the path that follows it in the name that is pulled; maybe none.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The images, or null: what lies there is of another kind.</returns>
    /// <exception cref="InvalidDataException">It is of this kind, and broken.</exception>
    ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel);
}
