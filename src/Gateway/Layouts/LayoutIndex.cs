using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>The index.json of an OCI image layout, which our own trees are too.</summary>
internal static class LayoutIndex
{
    /// <summary>A tag takes some 500 bytes in an index.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    public static bool Fits(byte[] index)
    {
        try
        {
            ImageIndex.Parse(index);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IReadOnlyList<Descriptor> Parse(Place folder, byte[] index)
    {
        try
        {
            return ImageIndex.Parse(index);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{folder}/{TreePaths.Index} is no index: {e.Message}", e);
        }
    }
}
