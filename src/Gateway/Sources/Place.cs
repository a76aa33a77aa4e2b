using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>Where something lies: below a root, by its path; no path is the root itself.</summary>
internal readonly record struct Place(Cid Root, string Path)
{
    /// <param name="path">Names with slashes between them.</param>
    public Place Below(string path) => this with { Path = Join(Path, path) };

    public static string Join(string path, string below) => path.Length == 0 ? below : below.Length == 0 ? path : $"{path}/{below}";

    public override string ToString() => Path.Length == 0 ? $"{Root}" : $"{Root}/{Path}";
}
