using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Names;

/// <summary>A root, and where in it: names with slashes between them, or nothing for the root itself.</summary>
internal sealed record Place(Cid Root, string Path)
{
    public Place Below(string path) => this with { Path = Join(Path, path) };

    public static string Join(string path, string below) => path.Length == 0 ? below : below.Length == 0 ? path : $"{path}/{below}";

    public override string ToString() => Path.Length == 0 ? $"/ipfs/{Root}" : $"/ipfs/{Root}/{Path}";
}
