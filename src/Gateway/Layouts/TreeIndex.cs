using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>The index.json of a repository's tree.</summary>
internal static class TreeIndex
{
    /// <summary>A tag takes some 500 bytes in an index.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IReadOnlyList<Descriptor> Parse(string repository, byte[] index)
    {
        try
        {
            return ImageIndex.Parse(index);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{repository}/{TreePaths.Index} is no index: {e.Message}", e);
        }
    }
}
